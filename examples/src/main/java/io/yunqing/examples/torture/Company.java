package io.yunqing.examples.torture;

import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Rest.Answer;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Departments, tenants and hosts that come to have more or less, and the changes that make them so. */
final class Company {
    static final List<String> TENANTS = names("tenant", 24);
    static final List<String> FLAVORS = List.of("one", "two", "four");

    private static final String CLASS = "dense";
    private static final List<String> CITIES = names("city", 2);
    private static final List<String> BUREAUS = names("bureau", 6);
    private static final Map<String, String> ANY = Map.of("If-Match", "*");

    /** Done; limits do not allow it; somebody was faster; not now. */
    private static final Set<Integer> EXPECTED = Set.of(200, 409, 412, 503);

    private final int hosts;

    Company(int hosts) {
        this.hosts = hosts;
    }

    private static List<String> names(String kind, int number) {
        return IntStream.range(0, number).mapToObj(i -> kind + "-" + i).toList();
    }

    void make(Rest rest) throws IOException {
        for (String city : CITIES) {
            made(rest, "departments", city, "{}");
        }
        for (int i = 0; i < BUREAUS.size(); i++) {
            String bureau = BUREAUS.get(i);
            made(rest, "departments", bureau, parent(CITIES.get(i % CITIES.size())));
            made(
                    rest,
                    "applications",
                    bureau,
                    "{\"department\":\"%s\",\"securityGrade\":3,\"networkZone\":\"EXTRANET\"}"
                            .formatted(bureau));
        }
        for (int i = 0; i < TENANTS.size(); i++) {
            made(rest, "tenants", TENANTS.get(i), tenant(i, 40, ""));
        }
        made(rest, "host-classes", CLASS, terms("1", "2020-01-01T00:00:00Z", "2"));
        for (int i = 0; i < FLAVORS.size(); i++) {
            String spec =
                    "{\"vcpus\":%d,\"memoryMiB\":%d,\"rootDiskGiB\":10}"
                            .formatted(1 << i, 1024 << i);
            made(rest, "flavors", FLAVORS.get(i), spec);
        }
    }

    /**
     * Changes something; what is asked for may be refused.
     *
     * @throws IOException if no answer came
     */
    void change(Rest rest, Random random) throws IOException {
        int number = random.nextInt(TENANTS.size());
        switch (random.nextInt(7)) {
            case 0 ->
                    put(
                            rest,
                            "tenants",
                            TENANTS.get(number),
                            tenant(number, random.nextInt(48), ""));
            case 1 -> {
                String until = Instant.now().plusMillis(random.nextInt(200, 4000)).toString();
                String grant =
                        ",\"grants\":[{\"amounts\":{\"vcpus\":%d},\"until\":\"%s\"}]"
                                .formatted(random.nextInt(1, 32), until);
                put(rest, "tenants", TENANTS.get(number), tenant(number, 8, grant));
            }
            case 2 -> {
                String limits = "{\"limits\":{\"vcpus\":%d}}".formatted(random.nextInt(200, 1600));
                put(rest, "departments", CITIES.get(number % CITIES.size()), limits);
            }
            case 3 -> {
                String city = CITIES.get(random.nextInt(CITIES.size()));
                put(rest, "departments", BUREAUS.get(number % BUREAUS.size()), parent(city));
            }
            case 4 -> {
                String soon = Instant.now().plusMillis(random.nextInt(4000)).toString();
                put(rest, "host-classes", CLASS, terms(ratio(random), soon, ratio(random)));
            }
            default -> {
                int host = random.nextInt(hosts);
                String promises =
                        random.nextBoolean()
                                ? "\"hostClass\":\"" + CLASS + "\""
                                : "\"overcommit\":{\"vcpus\":%s}".formatted(ratio(random));
                String spec =
                        "{\"zone\":\"zone-%d\",\"schedulable\":%b,%s}"
                                .formatted(host % 4 + 1, random.nextInt(8) > 0, promises);
                put(rest, "hosts", "host-%05d".formatted(host), spec);
            }
        }
    }

    private static String ratio(Random random) {
        return List.of("0.5", "1", "2").get(random.nextInt(3));
    }

    private static String terms(String ratio, String from, String later) {
        return "{\"terms\":[{\"resources\":{\"vcpus\":{\"ratio\":%s}}},{\"from\":\"%s\",\"resources\":{\"vcpus\":{\"ratio\":%s}}}]}"
                .formatted(ratio, from, later);
    }

    private static String parent(String city) {
        return "{\"parent\":\"%s\"}".formatted(city);
    }

    private static String tenant(int number, int vcpus, String grants) {
        return "{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":%d,\"memoryMiB\":1000000,\"storageGiB\":100000}%s}"
                .formatted(BUREAUS.get(number % BUREAUS.size()), vcpus, grants);
    }

    private static void made(Rest rest, String kind, String name, String spec) throws IOException {
        Answer answer = rest.send("POST", "/v1/" + kind, Map.of(), body(name, spec));
        if (answer.status() != 201) {
            throw new IOException(kind + " " + name + ": " + answer);
        }
    }

    private static void put(Rest rest, String kind, String name, String spec) throws IOException {
        Answer answer = rest.send("PUT", "/v1/" + kind + "/" + name, ANY, body(name, spec));
        if (!EXPECTED.contains(answer.status())) {
            throw new AssertionError("PUT " + kind + "/" + name + " " + spec + ": " + answer);
        }
    }

    private static String body(String name, String spec) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name, spec);
    }
}
