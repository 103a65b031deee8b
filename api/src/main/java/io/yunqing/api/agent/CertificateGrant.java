package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.UUID;

/**
 * The answer to {@link EnrolRequest} and {@link RenewRequest}.
 *
 * @param host the host's id: the certificate's common name
 * @param name the host's name, for messages
 * @param certificate the client certificate, PEM
 * @param ca the certificate of the authority that signs agents and controllers, PEM
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record CertificateGrant(UUID host, String name, String certificate, String ca) {}
