package io.yunqing.agent.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.api.agent.IoLimits;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DomainDiskTest {

    @Test
    void aDiskIsReadFromItsFileAndFromWhatThatStandsOn() {
        String definition =
                """
                <domain><devices>
                  <disk type='file'>
                    <source file='/pool/volumes/snapshot.qcow2' index='2'/>
                    <backingStore type='file'><source file='/pool/volumes/a.qcow2'/></backingStore>
                    <target dev='vdc' bus='virtio'/>
                    <iotune><read_iops_sec>7</read_iops_sec><write_bytes_sec>1048576</write_bytes_sec></iotune>
                  </disk>
                  <disk type='network'><source protocol='rbd' name='a'/><target dev='vdd'/>
                    <iotune><read_iops_sec>7</read_iops_sec><read_iops_sec_max>9</read_iops_sec_max></iotune></disk>
                  <disk type='file' device='cdrom'><target dev='sda'/></disk>
                </devices></domain>
                """;
        assertEquals(
                List.of(
                        new DomainDisk(
                                "vdc",
                                List.of(
                                        new DiskSource.File(
                                                Path.of("/pool/volumes/snapshot.qcow2")),
                                        new DiskSource.File(Path.of("/pool/volumes/a.qcow2"))),
                                new IoLimits(7, 0, 0, 1 << 20)),
                        new DomainDisk(
                                "vdd",
                                List.of(new DiskSource.Rbd("a", null)),
                                ObservedDomain.OTHER_LIMITS),
                        new DomainDisk("sda", List.of(), IoLimits.NONE)),
                DomainDisk.of(definition));
    }

    @Test
    void whatIsNoDefinitionIsNotTakenForOneWithoutDisks() {
        for (String text : List.of("", "<domain>", "<!DOCTYPE domain><domain/>")) {
            assertThrows(IllegalArgumentException.class, () -> DomainDisk.of(text), text);
        }
    }
}
