package io.yunqing.controller.identity;

import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.Caller;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Lets nobody below {@code /v1} without a token, and tells the request who its caller is. */
@ApplicationScoped
public class SignIn {
    private static final String SCHEME = "Bearer ";
    private static final int LONGEST_REASON = 500;

    private final byte[] operatorToken;
    private final byte[] secondToken;
    private final Caller caller;

    SignIn(
            @ConfigProperty(name = "yunqing.operator-token") String operatorToken,
            @ConfigProperty(name = "yunqing.second-token") String secondToken,
            Caller caller) {
        this.secondToken = secondToken.getBytes(StandardCharsets.UTF_8);
        this.operatorToken = operatorToken.getBytes(StandardCharsets.UTF_8);
        this.caller = caller;
    }

    @ServerRequestFilter
    void authenticate(ContainerRequestContext request) {
        if (!request.getUriInfo().getPath().startsWith("/v1/")) {
            return;
        }
        admit(request.getHeaderString("Authorization"), request.getHeaderString("Yunqing-Reason"));
    }

    /**
     * Tells the request who its caller is.
     *
     * @param header the Authorization header, null if there is none
     * @param why the Yunqing-Reason header, null if there is none
     * @throws ProblemException if the caller is nobody that is known
     */
    public void admit(String header, String why) {
        if (header == null || !header.startsWith(SCHEME)) {
            throw ProblemException.of(
                    ProblemCode.AUTH_REQUIRED,
                    "the Authorization header has no bearer token",
                    "send Authorization: Bearer TOKEN; yqctl login keeps it for you");
        }
        byte[] token = header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
        boolean second = MessageDigest.isEqual(token, secondToken);
        if (!second && !MessageDigest.isEqual(token, operatorToken)) {
            throw ProblemException.of(
                    ProblemCode.AUTH_REQUIRED,
                    "the token is not known",
                    "take the one in operator.token of the controller's data directory");
        }
        String reason = utf8(why);
        if (reason != null && reason.length() > LONGEST_REASON) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "Yunqing-Reason",
                    "is too long",
                    "at most " + LONGEST_REASON + " characters",
                    reason,
                    "shorten it");
        }
        caller.is(second ? "second-operator" : "operator", reason);
    }

    /** Header values arrive byte by character; people write reasons in UTF-8. */
    private static String utf8(String header) {
        if (header == null || header.chars().anyMatch(c -> c > 0xff)) {
            return header;
        }
        byte[] bytes = header.getBytes(StandardCharsets.ISO_8859_1);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            return header;
        }
    }
}
