package io.yunqing.agent.link;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whom the agent believes. Host names are checked in both cases, by the JDK. */
final class Tls {

    private Tls() {}

    /** An enrolled agent: shows its certificate, believes its authority alone. */
    static SSLContext mutual(Identity identity) throws GeneralSecurityException {
        try {
            var keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            char[] password = new char[0];
            var chain = new X509Certificate[] {identity.certificate(), identity.authority()};
            keys.setKeyEntry("agent", identity.key().getPrivate(), password, chain);
            var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, password);
            var context = SSLContext.getInstance("TLS");
            context.init(
                    own.getKeyManagers(),
                    new TrustManager[] {believing(identity.authority())},
                    null);
            return context;
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /** An agent about to enrol: believes the authority of this fingerprint alone, wherever the server shows it. */
    static SSLContext pinned(String fingerprint) throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Pinned(fingerprint)}, null);
        return context;
    }

    static String fingerprint(X509Certificate certificate) throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        return HexFormat.of().formatHex(digest);
    }

    private static X509TrustManager believing(X509Certificate authority)
            throws GeneralSecurityException {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("authority", authority);
            var factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return (X509TrustManager) factory.getTrustManagers()[0];
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /** Finds the pinned authority in the chain shown, then checks the chain against it and nothing else. */
    private record Pinned(String fingerprint) implements X509TrustManager {

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType)
                throws CertificateException {
            try {
                believing(authority(chain)).checkServerTrusted(chain, authType);
            } catch (CertificateException e) {
                throw e;
            } catch (GeneralSecurityException e) {
                throw new CertificateException(e);
            }
        }

        private X509Certificate authority(X509Certificate[] chain) throws GeneralSecurityException {
            for (X509Certificate certificate : chain) {
                boolean signs = certificate.getBasicConstraints() >= 0;
                if (signs && Tls.fingerprint(certificate).equals(fingerprint)) {
                    return certificate;
                }
            }
            throw new CertificateException(
                    "this is not the controller of the join token: no authority with fingerprint "
                            + fingerprint
                            + " in the chain it shows");
        }

        @Override
        public void checkClientTrusted(
                X509Certificate @Nullable [] chain, @Nullable String authType)
                throws CertificateException {
            throw new CertificateException("an agent serves nobody");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
