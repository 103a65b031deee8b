package io.yunqing.cli.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApplyOrderTest {
    private final List<String> complaints = new ArrayList<>();

    private List<String> order(String text) {
        List<Manifest> manifests = ManifestReader.read("f", text, complaints);
        return ApplyOrder.of(manifests, complaints).stream().map(Manifest::key).toList();
    }

    @Test
    void whatOthersNameComesFirst() {
        assertEquals(
                List.of(
                        "department/city",
                        "department/bureau",
                        "department/office",
                        "department/other",
                        "zone/z",
                        "flavor/f",
                        "signer/s",
                        "image/i",
                        "application/a",
                        "tenant/t",
                        "host-class/c",
                        "host/h",
                        "placement-group/t/db",
                        "network/t/lan",
                        "instance/t/web"),
                order(
                        """
                        {kind: Instance, metadata: {name: web, tenant: t}, spec: {flavor: f, image: i}}
                        ---
                        {kind: Network, metadata: {name: lan, tenant: t}, spec: {cidr: 10.0.0.0/24, rules: [{protocol: TCP, ports: 443}]}}
                        ---
                        {kind: PlacementGroup, metadata: {name: db, tenant: t}, spec: {policy: APART, scope: RACK}}
                        ---
                        {kind: Host, metadata: {name: h}, spec: {zone: z, hostClass: c}}
                        ---
                        {kind: HostClass, metadata: {name: c}, spec: {terms: [{resources: {vcpus: {ratio: 4}}}]}}
                        ---
                        {kind: Tenant, metadata: {name: t}, spec: {application: a, environment: TEST, limits: {}}}
                        ---
                        {kind: Application, metadata: {name: a}, spec: {department: office, securityGrade: 1, networkZone: INTERNAL}}
                        ---
                        {kind: Department, metadata: {name: office}, spec: {parent: bureau}}
                        ---
                        {kind: Department, metadata: {name: bureau}, spec: {parent: city}}
                        ---
                        {kind: Department, metadata: {name: city}}
                        ---
                        {kind: Department, metadata: {name: other}, spec: {parent: not-in-this-file}}
                        ---
                        {kind: Image, metadata: {name: i}, spec: {url: "file:/i", sha256: "ab", format: RAW, minDiskGiB: 1}}
                        ---
                        {kind: Signer, metadata: {name: s}, spec: {publicKey: key}}
                        ---
                        {kind: Flavor, metadata: {name: f}, spec: {vcpus: 1, memoryMiB: 64, rootDiskGiB: 1}}
                        ---
                        {kind: Zone, metadata: {name: z}}
                        """));
        assertEquals(List.of(), complaints);
    }

    @Test
    void aDepartmentAboveItselfIsRefused() {
        order(
                """
                {kind: Department, metadata: {name: a}, spec: {parent: b}}
                ---
                {kind: Department, metadata: {name: b}, spec: {parent: a}}
                """);
        assertEquals(List.of("f:1:1: spec.parent: department a is above itself"), complaints);
    }

    @Test
    void theSameTwiceIsRefusedNamingBothPlaces() {
        order("{kind: Zone, metadata: {name: z}}\n---\n{kind: Zone, metadata: {name: z}}\n");
        assertEquals(List.of("f:3:1: zone/z stands at f:1:1 already"), complaints);
    }
}
