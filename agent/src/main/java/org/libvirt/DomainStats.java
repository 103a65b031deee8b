package org.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.libvirt.jna.ConnectionPointer;

/**
 * What virConnectGetAllDomainStats says of a domain, which the binding does not offer. It stands in the binding's package
 * because the native handles are visible only here.
 *
 * @param values by libvirt's names, such as {@code cpu.time}: numbers as {@link Long}, texts as {@link String}; no others
 */
@NullMarked
public record DomainStats(UUID id, Map<String, Object> values) {
    private static final int CPU_TOTAL = 1 << 1;
    private static final int BALLOON = 1 << 2;
    private static final int INTERFACE = 1 << 4;
    private static final int BLOCK = 1 << 5;

    private static final int ACTIVE = 1;

    /** A domain that is being changed says what can be said without waiting for that. */
    private static final int NOWAIT = 1 << 29;

    /** struct virDomainStatsRecord: the domain, its parameters, and how many these are. */
    private static final int PARAMETERS = 8;

    private static final int COUNT = 16;

    /** struct virTypedParameter: 80 bytes of name, a number for its type, and behind padding a union of 8 bytes. */
    static final int TYPE = 80;

    static final int VALUE = 88;
    static final int PARAMETER_SIZE = 96;

    private interface Calls extends com.sun.jna.Library {
        Calls LIBVIRT = Native.load("virt", Calls.class);

        int virConnectGetAllDomainStats(
                ConnectionPointer connection, int stats, PointerByReference records, int flags);

        int virDomainGetUUID(Pointer domain, byte[] uuid);

        void virDomainStatsRecordListFree(Pointer records);
    }

    /** Those of all domains that are on, in one call. */
    public static List<DomainStats> ofActive(Connect connect) throws LibvirtException {
        var records = new PointerByReference();
        int found =
                ErrorHandler.processError(
                        Calls.LIBVIRT.virConnectGetAllDomainStats(
                                connect.vcp,
                                CPU_TOTAL | BALLOON | INTERFACE | BLOCK,
                                records,
                                ACTIVE | NOWAIT));
        Pointer list = records.getValue();
        try {
            var all = new ArrayList<DomainStats>();
            for (int i = 0; i < found; i++) {
                all.add(of(list.getPointer((long) i * Native.POINTER_SIZE)));
            }
            return List.copyOf(all);
        } finally {
            Calls.LIBVIRT.virDomainStatsRecordListFree(list);
        }
    }

    private static DomainStats of(Pointer domain) throws LibvirtException {
        var uuid = new byte[16];
        ErrorHandler.processError(Calls.LIBVIRT.virDomainGetUUID(domain.getPointer(0), uuid));
        var bytes = ByteBuffer.wrap(uuid);
        var id = new UUID(bytes.getLong(), bytes.getLong());
        var values = new HashMap<String, Object>();
        int count = domain.getInt(COUNT);
        Pointer parameters = domain.getPointer(PARAMETERS);
        for (int i = 0; i < count; i++) {
            var parameter = parameters.share((long) i * PARAMETER_SIZE, PARAMETER_SIZE);
            String name = parameter.getString(0);
            switch (parameter.getInt(TYPE)) {
                case 1 -> values.put(name, (long) parameter.getInt(VALUE));
                case 2 -> values.put(name, Integer.toUnsignedLong(parameter.getInt(VALUE)));
                case 3, 4 -> values.put(name, parameter.getLong(VALUE));
                case 7 -> values.put(name, parameter.getPointer(VALUE).getString(0));
                default -> {}
            }
        }
        return new DomainStats(id, Map.copyOf(values));
    }
}
