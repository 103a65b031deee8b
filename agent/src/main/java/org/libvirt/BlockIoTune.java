package org.libvirt;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.libvirt.jna.DomainPointer;

/**
 * virDomainSetBlockIoTune, which the binding does not offer. It stands in the binding's package because the native handles are
 * visible only here.
 */
@NullMarked
public final class BlockIoTune {

    private static final int UNSIGNED_LONG = 4;

    private interface Calls extends com.sun.jna.Library {
        Calls LIBVIRT = Native.load("virt", Calls.class);

        int virDomainSetBlockIoTune(
                DomainPointer domain, String disk, Pointer parameters, int count, int flags);
    }

    private BlockIoTune() {}

    /**
     * @param disk its place, such as {@code vdc}
     * @param values by libvirt's names, such as {@code read_bytes_sec}
     * @param flags of virDomainModificationImpact
     */
    public static void set(Domain domain, String disk, Map<String, Long> values, int flags)
            throws LibvirtException {
        try (var parameters = new Memory((long) values.size() * DomainStats.PARAMETER_SIZE)) {
            parameters.clear();
            long place = 0;
            for (Map.Entry<String, Long> value : values.entrySet()) {
                parameters.setString(place, value.getKey());
                parameters.setInt(place + DomainStats.TYPE, UNSIGNED_LONG);
                parameters.setLong(place + DomainStats.VALUE, value.getValue());
                place += DomainStats.PARAMETER_SIZE;
            }
            ErrorHandler.processError(
                    Calls.LIBVIRT.virDomainSetBlockIoTune(
                            domain.vdp, disk, parameters, values.size(), flags));
        }
    }
}
