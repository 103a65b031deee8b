package io.yunqing.controller.pki;

import java.time.Instant;

/**
 * A certificate the authority made for an agent.
 *
 * @param certificatePem the certificate
 * @param serial its serial number, lower-case hex
 * @param notAfter when it ends
 * @param keySha256 SHA-256 of the SubjectPublicKeyInfo, lower-case hex: the same for every certificate of one key
 */
public record Issued(String certificatePem, String serial, Instant notAfter, String keySha256) {}
