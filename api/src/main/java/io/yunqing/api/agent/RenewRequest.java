package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import jakarta.validation.constraints.NotNull;

/**
 * {@code POST /agent/v1/renew}: an enrolled agent asks for a new certificate before its own ends.
 *
 * @param csr certificate signing request (PKCS #10), PEM
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RenewRequest(@NotNull String csr) {}
