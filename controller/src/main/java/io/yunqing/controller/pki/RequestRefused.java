package io.yunqing.controller.pki;

/** A certificate request that is not signed, and why. The message is for the one who sent it. */
public final class RequestRefused extends Exception {
    /** What is wrong with the request. */
    public enum Reason {
        /** Longer than any real request. */
        TOO_LARGE,
        /** Not one PEM block of a certificate request. */
        NOT_PEM,
        /** What the block holds is not a PKCS #10 request. */
        MALFORMED,
        /** The public key is of a kind or size that is not accepted, or no valid key at all. */
        KEY_NOT_ACCEPTED,
        /** Not signed, or not by the key it carries: its sender does not own that key. */
        SIGNATURE_WRONG
    }

    private final Reason reason;

    RequestRefused(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
