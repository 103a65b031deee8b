package io.yunqing.controller.agentlink;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.controller.platform.StoredJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;

/**
 * A report as it can be stored.
 *
 * @param digest of all it says; its number, its time and the inventory do not count
 */
@SuppressWarnings("ArrayRecordComponent") // Handed to the store, never compared.
record Told(HostObserved report, byte[] digest) {
    private static final String NUL = "\\u0000";

    static Told of(HostObserved report) {
        try {
            String words = json(wordsOf(report));
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(words.getBytes(StandardCharsets.UTF_8));
            boolean storable =
                    !words.contains(NUL)
                            && (report.inventory() == null
                                    || !json(report.inventory()).contains(NUL));
            return new Told(storable ? report : withoutNul(report), digest);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static HostObserved wordsOf(HostObserved report) {
        return new HostObserved(
                report.agentStart(),
                report.bootId(),
                0,
                report.appliedRevision(),
                report.complete(),
                report.unobservedReason(),
                Instant.EPOCH,
                null,
                report.instances(),
                report.unknownDomains(),
                report.lanes(),
                report.volumes(),
                report.orphans(),
                report.networkFault(),
                report.backups(),
                report.pools(),
                report.fencing());
    }

    /** Whatever a guest, an image server or libvirt said, PostgreSQL keeps no U+0000. */
    private static HostObserved withoutNul(HostObserved report) throws JsonProcessingException {
        return StoredJson.MAPPER.readValue(
                json(report).replace(NUL, "\\ufffd"), HostObserved.class);
    }

    private static String json(Object value) throws JsonProcessingException {
        return StoredJson.MAPPER.writeValueAsString(value);
    }
}
