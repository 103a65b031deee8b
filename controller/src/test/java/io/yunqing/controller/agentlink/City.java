package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.api.agent.DomainState;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A department with an application and a tenant for 4 vCPUs, a zone and a reporting host of 8 vCPUs of its own: all of one
 * name that no other test has.
 */
public final class City {
    private static final AtomicInteger COUNT = new AtomicInteger();

    public final String id;
    FakeAgent agent;

    private final Rest rest;
    private final String authority;
    final String subnet;

    public City(Rest rest, String authority) {
        this.rest = rest;
        this.authority = authority;
        int number = COUNT.incrementAndGet();
        id = "city" + number;
        subnet = "10.%d.%d.0/24".formatted(number % 256, number / 256);
        created("/v1/departments", id, "{}");
        created(
                "/v1/applications",
                id,
                "{\"department\":\"%s\",\"securityGrade\":3,\"networkZone\":\"EXTRANET\"}"
                        .formatted(id));
        created(
                "/v1/tenants",
                id,
                "{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":4,\"memoryMiB\":4096,\"storageGiB\":50}}"
                        .formatted(id));
        created("/v1/zones", id, "{}");
        created("/v1/flavors", id, "{\"vcpus\":1,\"memoryMiB\":128,\"rootDiskGiB\":2}");
        created(
                "/v1/images",
                id,
                "{\"url\":\"file:///image\",\"sha256\":\"%s\",\"format\":\"QCOW2\",\"minDiskGiB\":1}"
                        .formatted("0".repeat(64)));
        created(
                "/v1/hosts",
                id,
                "{\"zone\":\"%s\",\"overcommit\":{\"vcpus\":4},\"reserved\":{\"memoryMiB\":512}}"
                        .formatted(id));
        agent = newAgent();
    }

    /** An agent that enrols for the host with a new token and reports 2 CPUs and 4608 MiB. */
    FakeAgent newAgent() {
        return FakeAgent.reporting(rest, authority, id, subnet, 2, 4608);
    }

    /** Adds a host like the first. Returns its name. */
    public String secondHost() {
        secondAgent();
        return id + "-2";
    }

    /** The same; returns its agent. */
    FakeAgent secondAgent() {
        String name = id + "-2";
        created(
                "/v1/hosts",
                name,
                "{\"zone\":\"%s\",\"overcommit\":{\"vcpus\":4},\"reserved\":{\"memoryMiB\":512}}"
                        .formatted(id));
        return FakeAgent.reporting(rest, authority, name, subnet.replaceFirst("10", "11"), 2, 4608);
    }

    /** Lets no instance of another test come to this host. */
    public void close() {
        Answer host = rest.get("/v1/hosts/" + id);
        rest.put(
                "/v1/hosts/" + id,
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"zone\":\"%s\",\"schedulable\":false}}"
                        .formatted(id, id),
                host.etag());
    }

    public Answer create(String name) {
        return rest.post("/v1/tenants/" + id + "/instances", body(name));
    }

    /** Creates an instance that there must be room for. */
    public void admitted(String name) {
        Answer answer = create(name);
        assertEquals(201, answer.status(), answer.text());
    }

    public String body(String name) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"flavor\":\"%s\",\"image\":\"%s\",\"zone\":\"%s\"}}"
                .formatted(name, id, id, id);
    }

    Answer power(String name, String power) {
        String asked = body(name).replace("\"zone\"", "\"power\":\"" + power + "\",\"zone\"");
        return rest.put(path(name), asked, rest.get(path(name)).etag());
    }

    public String path(String name) {
        return "/v1/tenants/" + id + "/instances/" + name;
    }

    String phase(String name) {
        return rest.get(path(name)).at("status.phase").asText();
    }

    public long vcpusUsed() {
        return rest.get("/v1/tenants/" + id).at("status.used.vcpus").asLong();
    }

    public void created(String path, String name, String spec) {
        Answer answer =
                rest.post(
                        path, "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name, spec));
        assertEquals(201, answer.status(), answer.text());
    }

    /** Puts another spec in the place of a resource's. */
    public void replaced(String path, String spec) {
        Answer answer =
                rest.put(
                        path,
                        "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}"
                                .formatted(path.substring(path.lastIndexOf('/') + 1), spec),
                        rest.get(path).etag());
        assertEquals(200, answer.status(), answer.text());
    }

    /** Lets the agent do all that is wished and say so. */
    public void obey() {
        obey(DomainState.RUNNING);
    }

    /** The same, and lets it find all domains in one state. */
    void obey(DomainState state) {
        assertEquals(200, agent.obey(state).status());
    }

    /** The same, and lets it say that it found so many CPUs. */
    public void obeyWith(int cpus) {
        FakeAgent.Answer answer =
                agent.obey(DomainState.RUNNING, FakeAgent.inventory(subnet, cpus, 4608));
        assertEquals(200, answer.status(), answer.toString());
    }

    /** Lets the agent say how much is free in its pool of 100 GiB. */
    public void has(int freeGiB) {
        FakeAgent.Answer answer =
                agent.obey(DomainState.RUNNING, FakeAgent.inventory(subnet, 2, 4608, freeGiB));
        assertEquals(200, answer.status(), answer.toString());
    }

    /**
     * Lets the agent say how much is free in its pool of 100 GiB, and how much its disks really take.
     *
     * @param images what the rest of its files takes, in GiB
     */
    public void measures(int freeGiB, int writtenGiB, int images) {
        FakeAgent.Answer answer =
                agent.obey(
                        DomainState.RUNNING,
                        FakeAgent.measured(
                                FakeAgent.inventory(subnet, 2, 4608, freeGiB),
                                freeGiB,
                                writtenGiB,
                                images));
        assertEquals(200, answer.status(), answer.toString());
    }

    /** Lets the agent say that it cannot see its domains, or that it sees all. */
    public void blind(boolean blind) {
        assertEquals(200, agent.report(null, !blind, List.of()).status());
    }
}
