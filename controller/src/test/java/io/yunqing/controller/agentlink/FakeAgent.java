package io.yunqing.controller.agentlink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.yunqing.api.HostInventory;
import io.yunqing.api.HostInventory.HostNetwork;
import io.yunqing.api.HostInventory.Pool;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.WipePolicy;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.BackupState;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.EnrolRequest;
import io.yunqing.api.agent.Fencing;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.HostImages;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.HostStatistics;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.OrphanObserved;
import io.yunqing.api.agent.PoolObserved;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import io.yunqing.api.agent.WipeObserved;
import io.yunqing.controller.Rest;
import io.yunqing.controller.platform.StoredJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.eclipse.microprofile.config.ConfigProvider;

/** Speaks the agent protocol for a host that exists in words only. */
final class FakeAgent {
    private static final char[] NO_PASSWORD = new char[0];

    /** Of this start of the agent; another one after it was restarted. */
    UUID start = UUID.randomUUID();

    String bootId = "boot-1";

    /** What it says of its volumes; null when it cannot see its storage. */
    List<VolumeObserved> volumes = List.of();

    /** What it says of orphans; null when it cannot tell what is one. */
    List<OrphanObserved> orphans;

    /** Why its ends of networks are not as they should be; null when they are. */
    String networkFault;

    /** What it says of backups; null when it has nothing to say of any. */
    List<BackupObserved> backups;

    /** What it says of pools beside its own; null when it knows of none. */
    List<PoolObserved> pools;

    /** What it says of its lease's end; null when it knows of none. */
    Fencing fencing;

    private final Certificate ca;
    private final KeyPair key;
    private HttpClient client;
    private long sequence;

    FakeAgent(String caPem) {
        try {
            this.ca = certificate(caPem);
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            this.key = generator.generateKeyPair();
            this.client = client(null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A host with this much, enrolled and reporting. */
    static FakeAgent reporting(
            Rest rest, String caPem, String host, String subnet, int cpus, long memoryMiB) {
        FakeAgent agent = new FakeAgent(caPem);
        Answer granted =
                agent.enrol(
                        rest.post("/v1/hosts/" + host + "/join-token", null).at("token").asText());
        if (granted.status != 200) {
            throw new IllegalStateException(granted.body.toString());
        }
        agent.report(inventory(subnet, cpus, memoryMiB), true, List.of());
        return agent;
    }

    static HostInventory inventory(String subnet, int cpus, long memoryMiB) {
        return inventory(subnet, cpus, memoryMiB, 90);
    }

    /**
     * @param freeGiB what is free in its pool of 100 GiB
     */
    static HostInventory inventory(String subnet, int cpus, long memoryMiB, int freeGiB) {
        String gateway = subnet.replaceFirst("\\.0/.*", ".1");
        return new HostInventory(
                "fake",
                cpus,
                memoryMiB,
                List.of(new Pool("default", "dir", 100, freeGiB)),
                "tcg",
                "x86_64",
                "none",
                "0",
                new HostNetwork("br0", subnet, gateway),
                null,
                null);
    }

    /** The same host, which has measured its pool of 100 GiB just now. */
    static HostInventory measured(HostInventory host, int freeGiB, int writtenGiB, int imagesGiB) {
        PoolUse use =
                new PoolUse(
                        100 << 10, freeGiB << 10, writtenGiB << 10, imagesGiB << 10, Instant.now());
        return new HostInventory(
                host.hostname(),
                host.cpus(),
                host.memoryMiB(),
                List.of(new Pool("default", "dir", 100, freeGiB, use)),
                host.accelerator(),
                host.architecture(),
                host.hypervisor(),
                host.agentVersion(),
                host.network(),
                host.underlay(),
                host.cpuModels());
    }

    /** The same host, whose end of networks others reach at an address. */
    static HostInventory reachable(HostInventory host, String underlay) {
        return new HostInventory(
                host.hostname(),
                host.cpus(),
                host.memoryMiB(),
                host.pools(),
                host.accelerator(),
                host.architecture(),
                host.hypervisor(),
                host.agentVersion(),
                host.network(),
                underlay,
                host.cpuModels());
    }

    /** The same host, which can show these processors to guests. */
    static HostInventory showing(HostInventory host, String... cpuModels) {
        return new HostInventory(
                host.hostname(),
                host.cpus(),
                host.memoryMiB(),
                host.pools(),
                host.accelerator(),
                host.architecture(),
                host.hypervisor(),
                host.agentVersion(),
                host.network(),
                host.underlay(),
                List.of(cpuModels));
    }

    /** What came back. */
    record Answer(int status, JsonNode body) {
        String code() {
            return body.path("code").asText();
        }
    }

    /** Trades the token for a certificate and uses it from then on. */
    Answer enrol(String token) {
        Answer answer = post("/agent/v1/enrol", new EnrolRequest(token.split("\\.")[0], csr()));
        if (answer.status == 200) {
            use(read(answer, CertificateGrant.class).certificate());
        }
        return answer;
    }

    /** Speaks by another certificate for its key, over new connections. */
    void use(String certificatePem) {
        client = client(certificatePem);
    }

    HostDesired desired(long after, int waitSeconds) {
        Answer answer =
                send(
                        "GET",
                        "/agent/v1/desired?after=" + after + "&wait=" + waitSeconds,
                        BodyPublishers.noBody(),
                        null);
        return read(answer, HostDesired.class);
    }

    Answer report(HostInventory inventory, boolean complete, List<InstanceObserved> instances) {
        return report(inventory, complete, ++sequence, Long.MAX_VALUE, instances);
    }

    Answer report(
            HostInventory inventory,
            boolean complete,
            long number,
            long applied,
            List<InstanceObserved> instances) {
        return post(
                "/agent/v1/observed",
                new HostObserved(
                        start,
                        bootId,
                        number,
                        applied,
                        complete,
                        complete ? null : "libvirt is away",
                        Instant.EPOCH,
                        inventory,
                        instances,
                        List.of(),
                        List.of(),
                        volumes,
                        orphans,
                        networkFault,
                        backups,
                        pools,
                        fencing));
    }

    /** Reports every desired instance as being in one state, tombstones as removed. */
    Answer obey(DomainState state) {
        return obey(state, null);
    }

    /** The same, with what the host turned out to be; nothing new when null. */
    Answer obey(DomainState state, HostInventory inventory) {
        HostDesired desired = desired(0, 0);
        Map<UUID, UUID> owners = new HashMap<>();
        desired.instances().stream()
                .filter(one -> !one.deleted())
                .forEach(one -> one.volumesOrNone().forEach(id -> owners.put(id, one.id())));
        volumes = desired.volumesOrNone().stream().map(one -> observed(one, owners)).toList();
        backups = desired.backupsOrNone().stream().map(FakeAgent::observed).toList();
        pools = desired.pools().stream().map(this::observed).toList();
        return report(
                inventory,
                true,
                desired.instances().stream()
                        .map(i -> observed(i, i.deleted() ? DomainState.REMOVED : state))
                        .toList());
    }

    /** It is seen, has 100 GiB, 90 of which are free, and is marked by whoever sees the same. */
    PoolObserved observed(PoolPlace pool) {
        return new PoolObserved(
                pool.id(),
                true,
                null,
                pool.shared() ? pool.id() : start,
                new PoolUse(100 << 10, 90 << 10, 10 << 10, 0, Instant.now()));
    }

    private static VolumeObserved observed(VolumeDesired volume, Map<UUID, UUID> owners) {
        if (volume.deleted() && volume.wipe() != null) {
            return wiped(volume, evidence(volume.wipe()));
        }
        return volume.deleted()
                ? new VolumeObserved(volume.id(), VolumeState.REMOVED, 0, null, 0, null, null, null)
                : new VolumeObserved(
                        volume.id(),
                        VolumeState.PRESENT,
                        volume.sizeGiB(),
                        owners.get(volume.id()),
                        volume.restore(),
                        null,
                        null,
                        null);
    }

    static VolumeObserved wiped(VolumeDesired volume, WipeObserved wipe) {
        return new VolumeObserved(
                volume.id(),
                VolumeState.PRESENT,
                volume.sizeGiB(),
                null,
                volume.restore(),
                null,
                null,
                wipe);
    }

    private static WipeObserved evidence(WipePolicy method) {
        return new WipeObserved(
                method,
                Instant.EPOCH,
                1 << 20,
                1 << 20,
                Instant.EPOCH.plusSeconds(1),
                4096,
                "5".repeat(64),
                true);
    }

    /** It is taken as it is wished, or gone. */
    static BackupObserved observed(BackupDesired backup) {
        return backup.deleted()
                ? new BackupObserved(backup.id(), BackupState.REMOVED, null, null, null, null)
                : new BackupObserved(
                        backup.id(),
                        BackupState.PRESENT,
                        new BackupTaken(
                                backup.base() == null ? null : backup.base().id(),
                                null,
                                backup.base() == null ? 1000 : 10,
                                backup.id().toString().replace("-", "").repeat(2),
                                10L << 30,
                                Instant.EPOCH.plusSeconds(backup.revision())),
                        null,
                        null,
                        null);
    }

    static InstanceObserved observed(InstanceDesired instance, DomainState state) {
        return new InstanceObserved(
                instance.id(), instance.epoch(), instance.boot(), state, null, null, null, null);
    }

    Answer console(UUID instance, String tail, long end) {
        return send(
                "PUT",
                "/agent/v1/consoles/" + instance + "?end=" + end,
                BodyPublishers.ofString(tail),
                "application/octet-stream");
    }

    /** Comes for a console session. */
    CompletableFuture<WebSocket> join(UUID session, WebSocket.Listener listener) {
        String base = ConfigProvider.getConfig().getValue("test.url.ssl", String.class);
        return client.newWebSocketBuilder()
                .buildAsync(
                        URI.create(
                                base.replaceFirst("https", "wss")
                                        + "/agent/v1/consoles/"
                                        + session),
                        listener);
    }

    Answer images(HostImages known) {
        return send("PUT", "/agent/v1/images", known);
    }

    Answer statistics(HostStatistics measured) {
        return send("PUT", "/agent/v1/statistics", measured);
    }

    /** What the controller gives for a path, from a byte on if a range is asked. */
    HttpResponse<String> read(String path, String range) {
        String base = ConfigProvider.getConfig().getValue("test.url.ssl", String.class);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        if (range != null) {
            request.header("Range", range);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Answer post(String path, Object body) {
        return send("POST", path, body);
    }

    private Answer send(String method, String path, Object body) {
        try {
            return send(
                    method,
                    path,
                    BodyPublishers.ofString(StoredJson.MAPPER.writeValueAsString(body)),
                    "application/json");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Answer send(String method, String path, BodyPublisher body, String type) {
        String base = ConfigProvider.getConfig().getValue("test.url.ssl", String.class);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).method(method, body);
        if (type != null) {
            request.header("Content-Type", type);
        }
        try {
            HttpResponse<String> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            JsonNode json =
                    response.body().isEmpty()
                            ? MissingNode.getInstance()
                            : StoredJson.MAPPER.readTree(response.body());
            return new Answer(response.statusCode(), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static <T> T read(Answer answer, Class<T> type) {
        if (answer.status != 200) {
            throw new IllegalStateException(answer.toString());
        }
        return StoredJson.MAPPER.convertValue(answer.body, type);
    }

    /** A request for a certificate of its key. */
    String csr() {
        try {
            var request =
                    new JcaPKCS10CertificationRequestBuilder(
                                    new X500Principal("CN=agent"), key.getPublic())
                            .build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(key.getPrivate()));
            StringWriter pem = new StringWriter();
            try (JcaPEMWriter writer = new JcaPEMWriter(pem)) {
                writer.writeObject(request);
            }
            return pem.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpClient client(String certificatePem) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, NO_PASSWORD);
            trusted.setCertificateEntry("ca", ca);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            KeyManagerFactory identity = KeyManagerFactory.getInstance("PKIX");
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, NO_PASSWORD);
            if (certificatePem != null) {
                Certificate[] chain = {certificate(certificatePem), ca};
                own.setKeyEntry("agent", key.getPrivate(), NO_PASSWORD, chain);
            }
            identity.init(own, NO_PASSWORD);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(identity.getKeyManagers(), trust.getTrustManagers(), null);
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(tls)
                    .build();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Certificate certificate(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
    }
}
