package io.yunqing.agent.libvirt;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.HypervisorFault.Kind;
import org.libvirt.Error.ErrorDomain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** libvirt's errors by kind, in libvirt's words. */
final class Faults {

    private Faults() {}

    static HypervisorFault of(String what, LibvirtException e) {
        String words = e.getMessage() == null ? e.toString() : e.getMessage().strip();
        Kind kind = kind(e);
        // Then it is not about what was asked.
        String about = kind == Kind.UNREACHABLE ? "the connection to libvirt broke" : what;
        return new HypervisorFault(kind, about + ": " + words, e);
    }

    static boolean is(LibvirtException e, ErrorNumber code) {
        return e.getError() != null && e.getError().getCode() == code;
    }

    private static Kind kind(LibvirtException e) {
        if (e.getError() == null) {
            return Kind.REFUSED;
        }
        return switch (e.getError().getCode()) {
            case VIR_ERR_NO_CONNECT, VIR_ERR_INVALID_CONN, VIR_ERR_RPC -> Kind.UNREACHABLE;
            case VIR_ERR_OPERATION_TIMEOUT, VIR_ERR_AGENT_UNRESPONSIVE -> Kind.TIMEOUT;
            case VIR_ERR_NO_STORAGE_POOL,
                    VIR_ERR_NO_STORAGE_VOL,
                    VIR_ERR_INVALID_STORAGE_POOL,
                    VIR_ERR_STORAGE_PROBE_FAILED ->
                    Kind.STORAGE;
            // What breaks on the way to the daemon: "client socket is closed", "Cannot recv data".
            case VIR_ERR_INTERNAL_ERROR, VIR_ERR_SYSTEM_ERROR ->
                    e.getError().getDomain() == ErrorDomain.VIR_FROM_RPC
                            ? Kind.UNREACHABLE
                            : Kind.REFUSED;
            default -> Kind.REFUSED;
        };
    }
}
