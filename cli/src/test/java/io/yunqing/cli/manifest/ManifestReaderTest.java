package io.yunqing.cli.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManifestReaderTest {
    private final List<String> complaints = new ArrayList<>();

    private List<Manifest> read(String text) {
        return ManifestReader.read("city.yaml", text, complaints);
    }

    @Test
    void readsDocumentsOfYamlAndJson() {
        List<Manifest> manifests =
                read(
                        """
                        # a city
                        ---
                        kind: Department
                        metadata: {name: city, labels: {level: "1"}}
                        spec:
                          displayName: 深圳市
                        ---
                        {"kind": "Tenant", "metadata": {"name": "t"}, "spec":
                          {"application": "a", "environment": "TEST", "limits": {"vcpus": 8}}}
                        ---
                        """);
        assertEquals(List.of(), complaints);
        assertEquals(
                List.of("department/city", "tenant/t"),
                manifests.stream().map(Manifest::key).toList());
        assertEquals("深圳市", manifests.getFirst().text("spec.displayName"));
        assertEquals("{vcpus=8}", manifests.getLast().text("spec.limits"));
        assertEquals("city.yaml:8:1", manifests.getLast().place().toString());
    }

    @Test
    void aResourceThatWasShownCanBeAppliedAgain() {
        read(
                """
                kind: Zone
                metadata: {name: a, id: 0190, revision: 3, created: "2026-01-01T00:00:00Z"}
                spec: {}
                status: {hosts: 2}
                """);
        assertEquals(List.of(), complaints);
    }

    @Test
    void everyComplaintSaysWhereAndWhat() {
        List<Manifest> manifests =
                read(
                        """
                        kind: Flavor
                        metadata:
                          name: Small
                        spec:
                          vcpus: 9999
                          memoryMiB: "512"
                          rootDisk: 4
                        ---
                        kind: Flavour
                        ---
                        kind: Instance
                        metadata: {name: web}
                        spec:
                          flavor: 1
                          image: i
                          image: j
                          sshKeys: key
                          power: ON
                        ---
                        just text
                        """);
        assertEquals(List.of(), manifests);
        assertEquals(
                List.of(
                        "city.yaml:5:10: spec.vcpus: 9999 is out of range; give 1 to 512",
                        "city.yaml:6:14: spec.memoryMiB must be a whole number without quotes",
                        "city.yaml:7:13: spec.rootDisk is not a field; known are displayName, vcpus,"
                                + " memoryMiB, rootDiskGiB, traits, singleNuma, tier",
                        "city.yaml:5:3: spec.rootDiskGiB is missing: Root disk",
                        "city.yaml:3:9: metadata.name: 'Small' cannot be a name; a name has 1 to 63"
                                + " lower-case letters, digits and hyphens, with a letter or digit at"
                                + " both ends",
                        "city.yaml:9:7: kind: 'Flavour' is not a kind; give one of Department,"
                                + " Application, Tenant, Flavor, Image, Signer, Zone, HostClass, Host, PlacementGroup, Network,"
                                + " Instance, Pool, Tier, Volume, Repository, Backup",
                        "city.yaml:16:3: spec has the field 'image' twice",
                        "city.yaml:14:11: spec.flavor must be text; put it in quotes",
                        "city.yaml:17:12: spec.sshKeys must be a list",
                        "city.yaml:18:10: spec.power: 'ON' is not one of RUNNING, STOPPED, OFF, PAUSED",
                        "city.yaml:11:1: metadata.tenant is missing",
                        "city.yaml:20:1: the document must be a mapping of fields to values",
                        "city.yaml:20:1: kind is missing; give one of Department, Application,"
                                + " Tenant, Flavor, Image, Signer, Zone, HostClass, Host, PlacementGroup, Network, Instance,"
                                + " Pool, Tier, Volume, Repository, Backup"),
                complaints);
    }

    @Test
    void brokenYamlSaysWhere() {
        read("kind: Zone\nmetadata: {name: a\nspec: {}\n");
        assertEquals(1, complaints.size());
        assertEquals("city.yaml:3:", complaints.getFirst().substring(0, 12));
    }

    @Test
    void aliasesThatGrowAreRefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 9; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(String.join(",", java.util.Collections.nCopies(10, "*a" + (i - 1))));
            bomb.append("]\n");
        }
        assertEquals(List.of(), read(bomb.toString()));
        assertEquals(false, complaints.isEmpty());
    }
}
