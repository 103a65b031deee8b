package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanKind;
import io.yunqing.api.agent.OrphanObserved;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a host reports that belongs to nothing in the books. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class OrphanTest {
    private static final Instant MODIFIED = Instant.parse("2026-01-02T03:04:05Z");
    private static final OrphanKey DOMAIN =
            new OrphanKey(OrphanKind.DOMAIN, "11111111-2222-3333-4444-555555555555");
    private static final OrphanKey VOLUME =
            new OrphanKey(OrphanKind.VOLUME, "volumes/0198f1a2-7b3c-7def-8123-0000000000aa.qcow2");

    @Inject CertificateAuthority authority;
    @Inject FleetMirror mirror;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void whatIsFoundIsListedUntilItIsGone() {
        reports(domain(), volume(false));
        JsonNode domain = found("&type=DOMAIN");
        assertEquals("FOUND", domain.at("/status/phase").asText());
        assertEquals("legacy", domain.at("/status/title").asText());
        assertEquals("RUNNING", domain.at("/status/domainState").asText());
        assertEquals(DOMAIN.place(), domain.at("/status/place").asText());
        assertTrue(domain.at("/status/sizeBytes").isMissingNode(), domain.toString());
        JsonNode volume = found("&type=VOLUME");
        assertEquals(4096, volume.at("/status/sizeBytes").asLong());
        assertEquals(MODIFIED.toString(), volume.at("/status/modifiedAt").asText());
        assertEquals(2, list("").size());
        assertEquals(0, list("&quarantined=true").size());
        assertEquals(2, list("&quarantined=false&zone=" + city.id).size());
        assertEquals("2.0", metric());
        assertTrue(created(volume).isAfter(MODIFIED), volume.toString());

        reports(volume(false));
        assertEquals(created(volume), created(found("")), "its age is from when it was found");
        assertEquals(List.of("found", "deleted"), history(name(domain)));
        reports();
        assertEquals(0, list("").size());
        reports(volume(false));
        assertEquals(name(volume), name(found("")), "it is called the same again");
    }

    @Test
    void itIsPutAsideAndBackAndDeletedAsItsHostSays() {
        reports(volume(false));
        String name = name(found(""));
        assertEquals(List.of(), wishes(), "nobody asked for anything");
        Answer early = delete(name);
        assertEquals("orphan.not_quarantined", code(early), early.text());
        assertTrue(early.at("remedy").asText().contains("QUARANTINED"), early.text());

        assertEquals("QUARANTINING", phase(put(name, true)));
        assertEquals(List.of(true, false), wish());
        assertEquals(409, delete(name).status(), "its host has not put it aside yet");
        reports(volume(true));
        assertEquals("QUARANTINED", phase(rest.get(path(name))));
        assertEquals(1, list("&quarantined=true").size());

        long heard = city.agent.desired(0, 0).revision();
        assertEquals("RELEASING", phase(put(name, false)));
        assertEquals(List.of(false, false), wish());
        assertEquals(wishes(), city.agent.desired(heard, 0).orphansOrNone(), "it is news");
        reports(volume(false));
        assertEquals("FOUND", phase(rest.get(path(name))));

        put(name, true);
        reports(volume(true));
        assertEquals("DELETING", phase(delete(name)));
        assertEquals(List.of(true, true), wish());
        assertEquals("precondition.failed", code(put(name, false)));
        assertEquals("DELETING", phase(delete(name)), "asked twice, deleted once");
        reports();
        assertEquals(404, rest.get(path(name)).status());
        assertEquals(List.of(), wishes());
        assertEquals(
                List.of(
                        "found",
                        "updated",
                        "phase",
                        "updated",
                        "phase",
                        "updated",
                        "phase",
                        "deleting",
                        "deleting",
                        "deleted"),
                history(name));
    }

    @Test
    void whatWasPutAsideBeforeStaysSo() {
        reports(volume(true));
        JsonNode found = found("");
        assertEquals("QUARANTINED", found.at("/status/phase").asText());
        assertTrue(found.at("/spec/quarantined").asBoolean());
        assertEquals(List.of(), wishes());
    }

    @Test
    void whatCannotBeToldIsUnobservedAndStays() {
        reports(volume(false));
        String name = name(found(""));
        String at = rest.get(path(name)).at("status.observedAt").asText();
        city.agent.orphans = null;
        city.obey();
        city.agent.report(null, false, List.of());
        Answer seen = rest.get(path(name));
        assertEquals("UNOBSERVED", phase(seen));
        assertEquals(at, seen.at("status.observedAt").asText(), "not when that was said");
        assertEquals("OrphansUnobserved", seen.at("status.conditions.0.type").asText());
        assertEquals("", metric(), "no number is not none");
        put(name, true);
        assertEquals(409, delete(name).status());
        reports(volume(true));
        assertEquals("0.0", metric(), "what was put aside is taken care of");
        assertEquals("QUARANTINED", phase(rest.get(path(name))));
    }

    @Test
    void whatItsHostCannotDoIsSaid() {
        reports(volume(false));
        String name = name(found(""));
        put(name, true);
        for (int attempts : List.of(1, Fault.ATTEMPTS_BEFORE_FAILED)) {
            Fault fault = new Fault(MODIFIED, "quarantine", "no space left", attempts);
            reports(new OrphanObserved(VOLUME, "a", null, 1, MODIFIED, false, null, fault));
        }
        Answer failed = rest.get(path(name));
        assertEquals("FAILED", phase(failed));
        assertEquals("no space left", failed.at("status.lastError.message").asText());
        reports(new OrphanObserved(VOLUME, "a", null, 1, MODIFIED, false, "quarantine", null));
        Answer working = rest.get(path(name));
        assertEquals("Working", working.at("status.conditions.0.type").asText(), working.text());
        assertTrue(history(name).contains("fault"));
    }

    /** As after an instance was moved away from a host that was not heard since. */
    @Test
    void aCopyOfWhatTheBooksHaveElsewhereIsSaidToBeOne() {
        city.create("web");
        UUID instance = UUID.fromString(rest.get(city.path("web")).at("metadata.id").asText());
        var copy = new OrphanKey(OrphanKind.DOMAIN, instance.toString());
        reports(
                new OrphanObserved(
                        copy, "yq-web", DomainState.RUNNING, 0, null, false, null, null));
        JsonNode condition = found("").at("/status/conditions/0");
        assertEquals("IdInTheBooks", condition.path("type").asText());
        assertTrue(
                condition.path("message").asText().contains("instance %s/web".formatted(city.id)),
                condition.toString());
    }

    @Test
    void badInputChangesNothing() {
        reports(volume(false));
        String name = name(found(""));
        assertEquals(405, rest.post("/v1/orphans", body(name, true)).status());
        assertEquals(404, put("000000000000", true).status());
        Answer unknown = put("000000000000", true);
        assertTrue(unknown.at("remedy").asText().contains("found by hosts"), unknown.text());
        Answer empty =
                rest.put(
                        path(name),
                        "{\"metadata\":{\"name\":\"%s\"},\"spec\":{}}".formatted(name),
                        "*");
        assertEquals("spec.quarantined", empty.at("errors.0.field").asText(), empty.text());
        assertEquals(400, rest.get("/v1/orphans?type=GHOST").status());
        assertEquals(400, rest.get("/v1/orphans?ghost=1").status());
        assertEquals(400, rest.get("/v1/orphans?quarantined=yes").status());
        assertEquals(412, rest.put(path(name), body(name, true), "\"99\"").status());
        Answer plan = rest.put(path(name) + "?mode=plan", body(name, true), "*");
        assertEquals("update", plan.at("action").asText(), plan.text());
        assertEquals(List.of(), wishes());
        assertFalse(found("").at("/spec/quarantined").asBoolean());
    }

    @Test
    void aHostTakesItsOrphansWithIt() {
        reports(volume(false));
        assertEquals(1, list("").size());
        assertEquals(204, rest.delete("/v1/hosts/" + city.id).status());
        assertEquals(0, rest.get("/v1/orphans?zone=" + city.id).body().path("items").size());
        assertTrue(
                mirror.hosts().stream().noneMatch(one -> one.host().name().equals(city.id)),
                "placement does not think of it any more");
        city.created("/v1/hosts", city.id, "{\"zone\":\"%s\"}".formatted(city.id));
    }

    private void reports(OrphanObserved... orphans) {
        city.agent.orphans = List.of(orphans);
        city.obey();
    }

    private static OrphanObserved domain() {
        return new OrphanObserved(
                DOMAIN, "legacy", DomainState.RUNNING, 0, null, false, null, null);
    }

    private static OrphanObserved volume(boolean quarantined) {
        return new OrphanObserved(VOLUME, "a", null, 4096, MODIFIED, quarantined, null, null);
    }

    /** Empty when the host does not stand in the family. */
    private String metric() {
        String line = "yunqing_host_orphans{host=\"%s\",".formatted(city.id);
        return rest.get("/q/metrics")
                .text()
                .lines()
                .filter(one -> one.startsWith(line))
                .map(one -> one.substring(one.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("");
    }

    private List<JsonNode> list(String filters) {
        Answer answer = rest.get("/v1/orphans?host=" + city.id + filters);
        assertEquals(200, answer.status(), answer.text());
        return answer.body().path("items").valueStream().toList();
    }

    private JsonNode found(String filters) {
        List<JsonNode> found = list(filters);
        assertEquals(1, found.size(), found.toString());
        return found.getFirst();
    }

    private Answer put(String name, boolean quarantined) {
        return rest.put(path(name), body(name, quarantined), "*");
    }

    private Answer delete(String name) {
        return rest.send("DELETE", path(name), null, Map.of("If-Match", "*"));
    }

    private static String body(String name, boolean quarantined) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"quarantined\":%s}}"
                .formatted(name, quarantined);
    }

    private static String path(String name) {
        return "/v1/orphans/" + name;
    }

    private List<OrphanDesired> wishes() {
        return city.agent.desired(0, 0).orphansOrNone();
    }

    private List<Boolean> wish() {
        OrphanDesired wish = wishes().getFirst();
        assertEquals(VOLUME, wish.orphan());
        return List.of(wish.quarantined(), wish.deleted());
    }

    private List<String> history(String name) {
        return rest.get("/v1/events?kind=Orphan&name=" + name)
                .body()
                .path("items")
                .findValuesAsText("type");
    }

    private static String name(JsonNode orphan) {
        return orphan.at("/metadata/name").asText();
    }

    private static Instant created(JsonNode orphan) {
        return Instant.parse(orphan.at("/metadata/created").asText());
    }

    private static String phase(Answer answer) {
        return answer.at("status.phase").asText();
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }
}
