package org.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.ConnectionPointer;

/**
 * virConnectGetDomainCapabilities, which the binding does not offer. It stands in the binding's package because the native
 * handles are visible only here.
 */
@NullMarked
public final class DomainCapabilities {

    private interface Calls extends com.sun.jna.Library {
        Calls LIBVIRT = Native.load("virt", Calls.class);

        Pointer virConnectGetDomainCapabilities(
                ConnectionPointer connection,
                @Nullable String emulator,
                String architecture,
                String machine,
                String type,
                int flags);
    }

    private DomainCapabilities() {}

    /**
     * What domains can be there, as XML.
     *
     * @param machine such as {@code q35}
     * @param type {@code kvm} or {@code qemu}
     */
    public static String of(Connect connect, String architecture, String machine, String type)
            throws LibvirtException {
        Pointer text =
                ErrorHandler.processError(
                        Calls.LIBVIRT.virConnectGetDomainCapabilities(
                                connect.vcp, null, architecture, machine, type, 0));
        try {
            return text.getString(0);
        } finally {
            Library.free(text);
        }
    }
}
