package io.yunqing.agent.link;

/**
 * What an operator hands to a new host: {@code SECRET.FINGERPRINT}.
 *
 * @param secret admits one agent
 * @param fingerprint SHA-256 of the controller's authority certificate, lower-case hex
 */
public record JoinToken(String secret, String fingerprint) {

    public static JoinToken parse(String text) {
        String token = text.strip();
        int dot = token.lastIndexOf('.');
        if (dot < 1 || !token.substring(dot + 1).matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "a join token has the form SECRET.FINGERPRINT, the fingerprint being 64 hex digits;"
                            + " copy it whole, as the controller printed it");
        }
        return new JoinToken(token.substring(0, dot), token.substring(dot + 1));
    }

    /** Not the secret: tokens end up in logs by way of toString. */
    @Override
    public String toString() {
        return "JoinToken[..." + fingerprint + "]";
    }
}
