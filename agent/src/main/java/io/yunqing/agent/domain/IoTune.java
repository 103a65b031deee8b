package io.yunqing.agent.domain;

import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.agent.IoLimits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.w3c.dom.Element;

/** IO limits of a disk in libvirt's words, which are the same in definitions and in calls. */
public final class IoTune {

    private static final String READ_IOPS = "read_iops_sec";
    private static final String WRITE_IOPS = "write_iops_sec";
    private static final String READ_BYTES = "read_bytes_sec";
    private static final String WRITE_BYTES = "write_bytes_sec";

    /** What else libvirt limits, and Yunqing never does. */
    private static final List<String> OTHERS =
            List.of(
                    "total_bytes_sec",
                    "total_iops_sec",
                    "total_bytes_sec_max",
                    "read_bytes_sec_max",
                    "write_bytes_sec_max",
                    "total_iops_sec_max",
                    "read_iops_sec_max",
                    "write_iops_sec_max",
                    "size_iops_sec");

    private IoTune() {}

    /** All words with their values, 0 for what is not limited: they take the place of whatever was said before. */
    public static Map<String, Long> of(IoLimits limits) {
        var values = new LinkedHashMap<String, Long>();
        OTHERS.forEach(word -> values.put(word, 0L));
        values.put(READ_IOPS, limits.readIops());
        values.put(WRITE_IOPS, limits.writeIops());
        values.put(READ_BYTES, limits.readBytes());
        values.put(WRITE_BYTES, limits.writeBytes());
        return values;
    }

    /** The limits of a disk in a definition; what cannot be desired is {@link ObservedDomain#OTHER_LIMITS}. */
    static IoLimits read(Element disk) {
        if (OTHERS.stream().anyMatch(word -> value(disk, word) != 0)) {
            return ObservedDomain.OTHER_LIMITS;
        }
        return new IoLimits(
                value(disk, READ_IOPS),
                value(disk, WRITE_IOPS),
                value(disk, READ_BYTES),
                value(disk, WRITE_BYTES));
    }

    private static long value(Element disk, String word) {
        var found = disk.getElementsByTagName(word);
        return found.getLength() == 0
                ? 0
                : Long.parseUnsignedLong(found.item(0).getTextContent().strip());
    }
}
