package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import jakarta.validation.constraints.NotNull;

/**
 * {@code POST /agent/v1/enrol}: an agent asks to become a host's agent, over TLS without a client certificate.
 *
 * <p>The token is bound to the request's public key when it is first used, so that an agent whose answer was lost can
 * ask again, and nobody else can.
 *
 * @param token the secret part of the join token
 * @param csr certificate signing request (PKCS #10), PEM
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record EnrolRequest(@NotNull String token, @NotNull String csr) {}
