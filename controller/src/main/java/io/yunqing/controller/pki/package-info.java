/**
 * The controller's own certificate authority: how agents and controller know each other.
 *
 * <p>Flow: {@link io.yunqing.controller.pki.CertificateAuthority} is made once per region; {@link
 * io.yunqing.controller.pki.ServerCertificate} keeps the certificate the agents' port shows; {@link
 * io.yunqing.controller.pki.CertificateRequest} checks what an agent asks to have signed. Agents pin the authority's
 * fingerprint when they join and get certificates that live for a day.
 *
 * <p>Invariants: private keys are made here, kept in files only their owner reads, and never leave them; of a request
 * nothing but the checked public key reaches a certificate; the authority's folder appears whole or not at all. Keys
 * and signatures are the JDK's, BouncyCastle only writes and reads the ASN.1 around them.
 */
@NullMarked
package io.yunqing.controller.pki;

import org.jspecify.annotations.NullMarked;
