package io.yunqing.agent.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.storage.Layout;
import io.yunqing.api.Firmware;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.InstanceDesired.Nic;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.Machine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class DomainXmlTest {

    private static final Layout LAYOUT = new Layout(Path.of("/pool"));
    private static final DomainXml.Host TCG = new DomainXml.Host(LAYOUT, false, true, null);
    private static final DomainXml.Host KVM = new DomainXml.Host(LAYOUT, true, false, "br0");
    private static final Nic NIC = new Nic("52:54:00:00:00:05", "10.0.0.5/24", "10.0.0.1", null);

    @Test
    void onTcgWithoutNetwork() throws IOException {
        assertGolden("tcg.xml", TCG, Instances.running().build());
    }

    @Test
    void onKvmWithNetworkAndWithoutDirectIo() throws IOException {
        assertGolden("kvm-nic.xml", KVM, Instances.running().nic(NIC).build());
    }

    @Test
    void inATenantsNetworkAlsoWithoutABridgeOfTheHost() throws IOException {
        var nic = new Nic("52:54:00:00:00:05", "10.0.0.5/24", null, 4096);
        assertGolden("tcg-network.xml", TCG, Instances.running().nic(nic).build());
    }

    @Test
    void withVolumes() throws IOException {
        var instance = Instances.running().volumes(Volumes.OTHER, Volumes.ID).build();
        assertGolden("tcg-volumes.xml", TCG, instance);
    }

    @Test
    void withAVolumeAsItsRootDiskAlsoWhenItIsRescued() throws IOException {
        var instance =
                Instances.running()
                        .volumes(Volumes.OTHER, Volumes.ID)
                        .root(Volumes.ID)
                        .limits(Map.of(Volumes.ID, new IoLimits(100, 0, 0, 0)));
        assertGolden("tcg-root.xml", TCG, instance.build());
        var rescue = new ImageSource("help", "file:///x", "a".repeat(64), ImageFormat.RAW, 1);
        String rescued =
                new DomainXml(TCG, LAYOUT)
                        .domain(instance.machine(new Machine(Firmware.BIOS, null, rescue)).build());
        assertTrue(
                rescued.matches(
                        "(?s).*/volumes/%s.qcow2'/>\\s*<target dev='vds' .*<serial>root</serial>.*"
                                .formatted(Volumes.ID)),
                rescued);
        assertEquals(
                rescued.indexOf(Volumes.ID.toString()), rescued.lastIndexOf(Volumes.ID.toString()));
    }

    @Test
    void onUefiWithAProcessorOfItsZoneStartedFromAnotherImage() throws IOException {
        var rescue = new ImageSource("help", "file:///x", "a".repeat(64), ImageFormat.RAW, 1);
        var machine = new Machine(Firmware.UEFI, "Westmere", rescue);
        var instance = Instances.running().volumes(Volumes.OTHER, Volumes.ID).machine(machine);
        assertGolden("tcg-uefi-rescue.xml", TCG, instance.build());
    }

    @Test
    void onKvmAGuestSeesItsHostsProcessorOrExactlyThatOfItsZone() {
        var xml = new DomainXml(KVM, LAYOUT);
        String own = xml.domain(Instances.running().build());
        assertTrue(own.contains("<cpu mode='host-model'>"), own);
        var machine = new Machine(Firmware.BIOS, "Westmere", null);
        String zones = xml.domain(Instances.running().machine(machine).build());
        assertTrue(zones.contains("<cpu mode='custom' match='exact' check='partial'>"), zones);
        assertTrue(zones.contains("<model fallback='forbid'>Westmere</model>"), zones);
    }

    /** QEMU would not start with a socket whose path is cut. */
    @Test
    void aConsoleIsOnlyWrittenWhereItsSocketWouldHaveTooLongAPath() {
        int most = 107 - "/tty/".length() - 32;
        for (int length : List.of(most, most + 1)) {
            var layout = new Layout(Path.of("/" + "p".repeat(length - 1)));
            var xml = new DomainXml(new DomainXml.Host(layout, false, true, null), layout);
            var serial = xml.domain(Instances.running().build());
            assertEquals(length <= most, serial.contains("<serial type='unix'>"), serial);
            assertEquals(length > most, serial.contains("<serial type='file'>"), serial);
        }
    }

    @Test
    void aVolumeIsTheSameDiskWhetherDefinedOrAttached() {
        var xml = new DomainXml(TCG, LAYOUT);
        var instance = Instances.running().volumes(Volumes.OTHER, Volumes.ID).build();
        String disk = xml.disk(instance, Volumes.ID, "vdd");
        assertTrue(xml.domain(instance).contains(disk), disk);
    }

    @Test
    void aVolumeIsAttachedWhereNoDiskIs() {
        assertEquals("vdc", DomainXml.freeTarget(Set.of()));
        assertEquals("vdc", DomainXml.freeTarget(Set.of("vda", "vdb", "vdd", "sda")));
        assertEquals("vdd", DomainXml.freeTarget(Set.of("vda", "vdb", "vdc")));
        var taken = new HashSet<String>();
        for (int i = 0; i < 24 + 26; i++) {
            taken.add(DomainXml.freeTarget(taken));
        }
        assertTrue(taken.containsAll(Set.of("vdz", "vdaa", "vdaz")), taken.toString());
        assertEquals("vdba", DomainXml.freeTarget(taken));
    }

    @Test
    void whatPeopleTypeStaysText() throws Exception {
        String evil = "</yunqing:reason><devices/>&\"'<!-- ]]> \u0000\u0007\n中文 \uD83D\uDE80 {id}";
        var instance = Instances.running().name("a'/><b").reason(evil).build();
        var document = parse(new DomainXml(TCG, LAYOUT).domain(instance));
        var reason = document.getElementsByTagName("yunqing:reason").item(0);
        assertEquals(
                evil.replace('\u0000', '\uFFFD').replace('\u0007', '\uFFFD'),
                reason.getTextContent());
        assertEquals(1, document.getElementsByTagName("devices").getLength());
        assertEquals(
                "yq-registration-prod-a____b-89abcdef",
                document.getElementsByTagName("name").item(0).getTextContent());
    }

    @Test
    void metadataIsReadBack() {
        var instance = Instances.running().epoch(42).reason("<&>").build();
        var defined = new DomainMetadata(Instances.ID, 42, 3, "UEFI/Westmere/");
        assertEquals(
                defined,
                DomainMetadata.parse(new DomainXml(TCG, LAYOUT).metadata(instance, defined)));
    }

    @Test
    void metadataFromBeforeThereWereBootsAndMachinesIsOfNoneAndThePlainOne() {
        assertEquals(
                new DomainMetadata(Instances.ID, 42, 0, "BIOS//"),
                DomainMetadata.parse("<instance id='" + Instances.ID + "' epoch='42'/>"));
    }

    @Test
    void metadataOfOthersIsNotOurs() {
        assertNull(DomainMetadata.parse("<instance/>"));
        assertNull(DomainMetadata.parse("not xml"));
        assertNull(DomainMetadata.parse("<instance id='" + Instances.ID + "' epoch='many'/>"));
        assertNull(
                DomainMetadata.parse(
                        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a id='1' epoch='1'>&e;</a>"));
    }

    @Test
    void limitsAreSaidOfTheDiskThatHasThem() {
        var limits =
                Map.of(Volumes.ID, new IoLimits(0, 8, 1 << 20, 0), Instances.ID, IoLimits.NONE);
        var instance =
                Instances.running().volumes(Volumes.ID, Volumes.OTHER).limits(limits).build();
        var disks = DomainDisk.of(new DomainXml(TCG, LAYOUT).domain(instance));
        assertEquals(
                List.of(IoLimits.NONE, IoLimits.NONE, limits.get(Volumes.ID), IoLimits.NONE),
                disks.stream().map(DomainDisk::limits).toList());
    }

    @Test
    void aNetworkInterfaceNeedsABridge() {
        var refusal =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new DomainXml(TCG, LAYOUT)
                                        .domain(Instances.running().nic(NIC).build()));
        assertTrue(String.valueOf(refusal.getMessage()).contains("--bridge"));
    }

    private static void assertGolden(String name, DomainXml.Host host, InstanceDesired instance)
            throws IOException {
        try (InputStream golden = DomainXmlTest.class.getResourceAsStream("/domain/" + name)) {
            assertNotNull(golden, "no golden file " + name);
            String expected = new String(golden.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(expected, new DomainXml(host, LAYOUT).domain(instance));
        }
    }

    private static Document parse(String xml) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        return factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }
}
