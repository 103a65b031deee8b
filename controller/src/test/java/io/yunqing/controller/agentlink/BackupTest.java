package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupState;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.RepositoryPlace;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Backups of {@code data}, of 10 GiB, which instance {@code web} has, in a repository of the city's own. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class BackupTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void aVolumeAndARepository() {
        city = new City(rest, authority.certificatePem());
        city.created("/v1/repositories", city.id, url("/srv/" + city.id));
        city.admitted("web");
        city.created(volumes(), "data", "{\"sizeGiB\":10,\"instance\":\"web\"}");
        city.obey();
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void theFirstIsFullAndTheNextBuildOnTheLatest() {
        Answer made = create("one", "");
        assertEquals(201, made.status(), made.text());
        assertEquals("SCHEDULED", made.at("status.phase").asText());
        BackupDesired told = wish("one");
        assertEquals(id("data", volumes()), told.volume());
        assertEquals("file:///srv/" + city.id, told.repository().url());
        assertFalse(told.repository().used());
        assertNull(told.base());
        city.obey();
        Answer one = rest.get(path("one"));
        assertEquals("AVAILABLE FULL 1000 10", facts(one));
        assertTrue(one.at("status.fullReason").asText().contains("no earlier"), one.text());
        assertEquals(List.of(), city.agent.desired(0, 0).backups(), "what is made is no wish");

        create("two", "");
        told = wish("two");
        assertTrue(told.repository().used());
        assertEquals(
                List.of(id("one"), 10L << 30), List.of(told.base().id(), told.base().sizeBytes()));
        city.obey();
        Answer two = rest.get(path("two"));
        assertEquals("AVAILABLE INCREMENTAL 10 10", facts(two));
        assertEquals("one", two.at("status.base").asText());
        assertTrue(two.at("status.fullReason").isMissingNode(), two.text());

        create("three", ",\"full\":true");
        assertNull(wish("three").base());
        city.obey();
        Answer three = rest.get(path("three"));
        assertEquals("AVAILABLE FULL 1000 10", facts(three));
        assertTrue(three.at("status.fullReason").isMissingNode(), three.text());

        assertEquals(List.of("one", "three", "two"), names("?volume=data"));
        assertEquals(List.of("two"), names("?base=one&phase=AVAILABLE"));
        assertEquals(List.of(), names("?phase=FAILED"));
        assertEquals("request.parameter", code(rest.get(backups() + "?phase=SOMETIME")));
        assertEquals(
                List.of("one", "three", "two"),
                rest.get("/v1/backups?repository=" + city.id + "&tenant=" + city.id)
                        .body()
                        .path("items")
                        .findValuesAsText("name"));
        Answer vault = rest.get("/v1/repositories/" + city.id);
        assertEquals("3 2010", vault.at("status.backups") + " " + vault.at("status.bytes"));
    }

    @Test
    void whatAHostCouldNotBuildOnIsFullAndItsReasonIsKept() {
        made("one");
        create("two", "");
        BackupDesired wish = wish("two");
        report(
                new BackupObserved(
                        wish.id(),
                        BackupState.PRESENT,
                        new BackupTaken(
                                null,
                                "nobody knows",
                                900,
                                "0".repeat(64),
                                10L << 30,
                                Instant.EPOCH),
                        null,
                        null,
                        null));
        Answer two = rest.get(path("two"));
        assertEquals("AVAILABLE FULL 900 10", facts(two));
        assertEquals("nobody knows", two.at("status.fullReason").asText());
        assertEquals(200, delete("one").status(), "nothing builds on it");
    }

    @Test
    void howFarItIsAndWhyItFailsIsSaid() {
        create("one", "");
        UUID id = wish("one").id();
        report(observed(id, "take", new BackupProgress(3, 10), null));
        Answer copying = rest.get(path("one"));
        assertEquals("COPYING", copying.at("status.phase").asText());
        assertEquals("3", copying.at("status.progress.doneBytes").asText());
        assertEquals(List.of("one"), names("?phase=COPYING"));
        Fault fault = new Fault(Instant.EPOCH, "store", "the disk is full", 3);
        report(observed(id, null, null, fault));
        Answer failed = rest.get(path("one"));
        assertEquals("FAILED", failed.at("status.phase").asText());
        assertEquals("the disk is full", failed.at("status.lastError.message").asText());
        assertEquals(List.of("one"), names("?phase=FAILED"));
        // A base that it was not told of is not believed.
        report(
                new BackupObserved(
                        id,
                        BackupState.PRESENT,
                        new BackupTaken(
                                UUID.randomUUID(), null, 1, "0".repeat(64), 1, Instant.EPOCH),
                        null,
                        null,
                        null));
        assertEquals("FAILED", rest.get(path("one")).at("status.phase").asText());
        city.obey();
        assertEquals("AVAILABLE", rest.get(path("one")).at("status.phase").asText());
        List<String> story =
                rest.get("/v1/events?kind=Backup&name=one&tenant=" + city.id)
                        .body()
                        .path("items")
                        .findValuesAsText("message");
        assertTrue(
                story.containsAll(
                        List.of(
                                "SCHEDULED → COPYING",
                                "COPYING → FAILED",
                                "store: the disk is full",
                                "FAILED → AVAILABLE: full, 1000 bytes")),
                story.toString());
    }

    @Test
    void oneOnWhichOthersBuildStaysAndAllOutliveTheVolume() {
        made("one");
        made("two");
        Answer inUse = delete("one");
        assertEquals("reference.in_use", code(inUse), inUse.text());
        assertTrue(inUse.at("detail").asText().contains("two"), inUse.text());
        put("two", "\"volume\":\"data\",\"repository\":\"%s\",\"deletionProtection\":true");
        assertEquals("deletion.protected", code(delete("two")));
        put("two", "\"volume\":\"data\",\"repository\":\"%s\"");

        create("three", "");
        city.replaced(volumes() + "/data", "{\"sizeGiB\":10}");
        city.obey();
        create("four", "");
        Answer busy = rest.delete(volumes() + "/data");
        assertEquals("reference.in_use", code(busy), busy.text());
        assertTrue(busy.at("detail").asText().contains("four"), busy.text());
        city.obey();
        assertEquals(200, rest.delete(volumes() + "/data").status());
        city.obey();
        assertEquals(404, rest.get(volumes() + "/data").status());
        assertEquals("data", rest.get(path("two")).at("spec.volume").asText());

        for (String name : List.of("four", "three", "two", "one")) {
            Answer deleting = delete(name);
            assertEquals("DELETING", deleting.at("status.phase").asText(), deleting.text());
            assertTrue(wish(name).deleted());
            city.obey();
            assertEquals(404, rest.get(path(name)).status());
        }
        assertEquals(204, rest.delete("/v1/repositories/" + city.id).status());
    }

    @Test
    void aVolumeIsMadeFromABackupOnAnotherHost() {
        made("one");
        made("two");
        String second = city.secondHost();
        city.replaced(
                "/v1/hosts/" + city.id,
                "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
        city.admitted("far");
        assertEquals(second, rest.get(city.path("far")).at("status.host").asText());
        assertEquals("spec.sizeGiB", field(volume("back", 9, "two", "far")));
        assertEquals("spec.fromBackup", field(volume("back", 10, "none", "far")));
        assertEquals(
                "spec.instance",
                field(rest.post(volumes(), body("back", "\"sizeGiB\":10,\"fromBackup\":\"two\""))));
        assertEquals(
                "spec.fromBackup",
                field(
                        rest.post(
                                volumes(),
                                body(
                                        "back",
                                        "\"sizeGiB\":10,\"fromBackup\":\"two\",\"copyOf\":\"data\",\"instance\":\"web\""))));
        create("early", "");
        Answer early = volume("back", 10, "early", "web");
        assertTrue(early.at("detail").asText().contains("is not there yet"), early.text());

        Answer away = volume("away", 10, "two", "far");
        assertEquals(second, away.at("status.host").asText(), away.text());
        rest.put(volumes() + "/away", body("away", "\"sizeGiB\":10,\"fromBackup\":\"two\""), "*");
        assertEquals(200, rest.delete(volumes() + "/away").status());

        // What its host is told is seen on the first one, whose agent is the test's.
        Answer asked = volume("back", 12, "two", "web");
        assertEquals(201, asked.status(), asked.text());
        HostDesired told = city.agent.desired(0, 0);
        VolumeDesired back = told.restores().getFirst();
        assertTrue(
                told.volumes().stream().noneMatch(one -> one.id().equals(back.id())),
                "an agent that does not know of backups makes no empty volume of it");
        BackupSource source = back.backup();
        assertNotNull(source);
        assertEquals(
                List.of(id("one"), id("two")),
                source.chain().stream().map(BackupSource.Part::id).toList());
        assertEquals(
                rest.get(path("two")).at("status.sha256").asText(),
                source.chain().getLast().sha256());
        assertEquals(id("data", volumes()), source.volume());
        Answer inUse = delete("two");
        assertTrue(inUse.at("detail").asText().contains("back"), inUse.text());
        Answer moved = rest.put("/v1/repositories/" + city.id, repository("/mnt"), "*");
        assertEquals("reference.in_use", code(moved), moved.text());
        city.obey();
        assertEquals("ATTACHED", rest.get(volumes() + "/back").at("status.phase").asText());
        assertEquals("two", rest.get(volumes() + "/back").at("spec.fromBackup").asText());
        VolumeDesired done =
                city.agent.desired(0, 0).volumes().stream()
                        .filter(one -> one.id().equals(back.id()))
                        .findFirst()
                        .orElseThrow();
        assertNull(done.backup(), "it is never made anew");
        Answer other =
                rest.put(
                        volumes() + "/back",
                        body("back", "\"sizeGiB\":12,\"instance\":\"web\",\"fromBackup\":\"one\""),
                        "*");
        assertEquals("field.immutable", code(other), other.text());
        assertEquals(
                200,
                rest.put("/v1/repositories/" + city.id, repository("/mnt/" + city.id), "*")
                        .status());
        city.replaced(
                "/v1/hosts/" + second,
                "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
    }

    @Test
    void whatCannotBeBackedUpIsRefused() {
        assertEquals("spec.volume", field(backup("one", "none", city.id, "")));
        assertEquals("spec.repository", field(backup("one", "data", "none", "")));
        city.created(volumes(), "fresh", "{\"sizeGiB\":1,\"instance\":\"web\"}");
        Answer early = backup("one", "fresh", city.id, "");
        assertTrue(early.at("detail").asText().contains("not made yet"), early.text());
        made("one");
        assertEquals("name.taken", code(create("one", "")));
        assertEquals(
                "spec.volume", field(put("one", "\"volume\":\"fresh\",\"repository\":\"%s\"")));
        assertEquals(
                "spec.full",
                field(put("one", "\"volume\":\"data\",\"repository\":\"%s\",\"full\":true")));
        assertEquals("reference.in_use", code(rest.delete("/v1/repositories/" + city.id)));
        for (String url :
                List.of(
                        "ftp://x",
                        "http://x/",
                        "http://user:secret@x",
                        "https://x/bucket",
                        "file://srv/x",
                        "file:///",
                        "file:///srv/../etc",
                        "file:///a b",
                        "file:///srv/")) {
            Answer bad =
                    rest.post(
                            "/v1/repositories", body(city.id + "-bad", "\"url\":\"" + url + "\""));
            assertEquals("spec.url", field(bad), url + " " + bad.text());
        }
        Answer shared =
                rest.post(
                        "/v1/repositories",
                        body(city.id + "-bad", "\"url\":\"file:///srv/" + city.id + "\""));
        assertEquals("spec.url", field(shared), shared.text());
    }

    @Test
    void aRepositoryMayBeABucketWhichHostsReachAsTheyAreTold() {
        String store = "\"url\":\"https://s3.example.cn\",\"bucket\":\"%s\"".formatted(city.id);
        Answer moved = rest.put("/v1/repositories/" + city.id, body(city.id, store), "*");
        assertEquals(200, moved.status(), moved.text());
        assertEquals(city.id, moved.at("spec.bucket").asText());
        create("one", "");
        RepositoryPlace told = wish("one").repository();
        assertEquals(RepositoryPlace.NO_FOLDER, told.url(), "what older agents look for");
        assertEquals(
                new RepositoryPlace.Bucket(
                        "https://s3.example.cn", city.id, null, "us-east-1", true),
                told.bucket());
        city.obey();
        String more = ",\"prefix\":\"a/b\",\"region\":\"cn-1\",\"pathStyle\":false";
        Answer further = rest.put("/v1/repositories/" + city.id, body(city.id, store + more), "*");
        assertEquals(200, further.status(), further.text());
        volume("back", 12, "one", "web");
        BackupSource source = city.agent.desired(0, 0).restores().getFirst().backup();
        assertNotNull(source);
        assertEquals(
                new RepositoryPlace.Bucket("https://s3.example.cn", city.id, "a/b", "cn-1", false),
                source.repository().bucket());
        assertTrue(source.repository().used());
        city.obey();
    }

    @Test
    void whatIsSaidOfARepositoryMustBeOfOneForm() {
        String folder = "\"url\":\"file:///srv/x-%s\"".formatted(city.id);
        String store = "\"url\":\"https://s3.example.cn:9000\"";
        Map<String, String> ofStores =
                Map.of(
                        "bucket", "\"abc\"",
                        "prefix", "\"a\"",
                        "region", "\"cn-1\"",
                        "pathStyle", "true");
        ofStores.forEach((name, value) -> {
            Answer bad = repository("bad", folder + ",\"%s\":%s".formatted(name, value));
            assertEquals("spec." + name, field(bad), bad.text());
        });
        Answer port = repository("bad", "\"url\":\"https://x:70000\",\"bucket\":\"abc\"");
        assertEquals("spec.url", field(port), port.text());
        Answer none = repository("bad", store);
        assertEquals("spec.bucket", field(none), none.text());
        for (String bucket : List.of("ab", "Abc", "a_b", "abc-", "a".repeat(64))) {
            Answer bad = repository("bad", store + ",\"bucket\":\"" + bucket + "\"");
            assertEquals("spec.bucket", field(bad), bad.text());
        }
        for (String prefix : List.of("/a", "a/", "a//b", "../a", "a b")) {
            Answer bad =
                    repository("bad", store + ",\"bucket\":\"abc\",\"prefix\":\"" + prefix + "\"");
            assertEquals("spec.prefix", field(bad), bad.text());
        }
        String bucket = store + ",\"bucket\":\"" + city.id + "\"";
        assertEquals(201, repository("one", bucket).status());
        assertEquals("spec.url", field(repository("two", bucket)));
        assertEquals(201, repository("two", bucket + ",\"prefix\":\"a\"").status());
        Answer unknown = repository("three", bucket + ",\"secret\":\"s\"");
        assertEquals(400, unknown.status(), unknown.text());
        for (String name : List.of("one", "two")) {
            assertEquals(204, rest.delete("/v1/repositories/" + city.id + "-" + name).status());
        }
    }

    private Answer repository(String name, String spec) {
        return rest.post("/v1/repositories", body(city.id + "-" + name, spec));
    }

    @Test
    void whatWasPlannedCanBeAgreedToAndAKeyMakesOne() {
        String asked = body("one", "\"volume\":\"data\",\"repository\":\"" + city.id + "\"");
        Answer plan = rest.post(backups() + "?mode=plan", asked);
        assertEquals("create", plan.at("action").asText(), plan.text());
        assertEquals(404, rest.get(path("one")).status());
        Map<String, String> key = Map.of("Idempotency-Key", city.id + "-one");
        Answer first =
                rest.send("POST", backups() + "?digest=" + plan.at("digest").asText(), asked, key);
        assertEquals(201, first.status(), first.text());
        assertEquals(1, city.agent.desired(0, 0).backupsOrNone().size());
        Answer stale = rest.post(backups() + "?digest=" + plan.at("digest").asText(), asked);
        assertEquals("name.taken", code(stale), stale.text());
    }

    @Test
    void aHostThatIsToTakeOneStaysAndAnotherRemovesItOnceThatIsGone() {
        create("one", "");
        city.obey();
        city.replaced(volumes() + "/data", "{\"sizeGiB\":10}");
        city.obey();
        create("two", "");
        rest.delete(city.path("web"));
        Answer used = rest.delete("/v1/hosts/" + city.id);
        assertEquals("reference.in_use", code(used), used.text());
        city.obey();
        rest.delete(volumes() + "/data");
        city.obey();
        String second = city.secondHost();
        assertEquals(204, rest.delete("/v1/hosts/" + city.id).status());
        Answer left = rest.get(path("two"));
        assertEquals("AVAILABLE", left.at("status.phase").asText());
        assertTrue(left.at("status.host").isMissingNode(), left.text());
        Answer deleting = delete("two");
        assertEquals("DELETING", deleting.at("status.phase").asText(), deleting.text());
        assertFalse(deleting.at("status.host").asText().isEmpty(), deleting.text());
        city.created("/v1/hosts", city.id, "{\"zone\":\"%s\"}".formatted(city.id));
        city.replaced(
                "/v1/hosts/" + second,
                "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
    }

    private void made(String name) {
        Answer asked = create(name, "");
        assertEquals(201, asked.status(), asked.text());
        city.obey();
        assertEquals("AVAILABLE", rest.get(path(name)).at("status.phase").asText());
    }

    private void report(BackupObserved observed) {
        city.agent.backups = List.of(observed);
        assertEquals(200, city.agent.report(null, true, List.of()).status());
    }

    private static BackupObserved observed(
            UUID id, String step, BackupProgress progress, Fault fault) {
        return new BackupObserved(id, BackupState.ABSENT, null, step, progress, fault);
    }

    private Answer create(String name, String more) {
        return backup(name, "data", city.id, more);
    }

    private Answer backup(String name, String volume, String repository, String more) {
        return rest.post(
                backups(),
                body(
                        name,
                        "\"volume\":\"%s\",\"repository\":\"%s\"%s"
                                .formatted(volume, repository, more)));
    }

    private Answer volume(String name, int sizeGiB, String backup, String instance) {
        return rest.post(
                volumes(),
                body(
                        name,
                        "\"sizeGiB\":%d,\"fromBackup\":\"%s\",\"instance\":\"%s\""
                                .formatted(sizeGiB, backup, instance)));
    }

    private Answer put(String name, String spec) {
        return rest.put(path(name), body(name, spec.formatted(city.id)), "*");
    }

    private Answer delete(String name) {
        return rest.send("DELETE", path(name), null, Map.of("If-Match", "*"));
    }

    private static String body(String name, String spec) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{%s}}".formatted(name, spec);
    }

    private String repository(String folder) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(city.id, url(folder));
    }

    private static String url(String folder) {
        return "{\"url\":\"file://%s\"}".formatted(folder);
    }

    private String volumes() {
        return "/v1/tenants/" + city.id + "/volumes";
    }

    private String backups() {
        return "/v1/tenants/" + city.id + "/backups";
    }

    private String path(String name) {
        return backups() + "/" + name;
    }

    private BackupDesired wish(String name) {
        return city.agent.desired(0, 0).backupsOrNone().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private UUID id(String backup) {
        return id(backup, backups());
    }

    private UUID id(String name, String list) {
        return UUID.fromString(rest.get(list + "/" + name).at("metadata.id").asText());
    }

    private List<String> names(String filter) {
        return rest.get(backups() + filter).body().path("items").findValuesAsText("name");
    }

    private static String facts(Answer backup) {
        return backup.at("status.phase").asText()
                + " "
                + backup.at("status.type").asText()
                + " "
                + backup.at("status.bytes")
                + " "
                + backup.at("status.sizeGiB");
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }

    private static String field(Answer answer) {
        return answer.at("errors.0.field").asText();
    }
}
