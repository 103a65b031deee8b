package org.libvirt;

import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import org.jspecify.annotations.NullMarked;
import org.libvirt.jna.DomainPointer;

/**
 * A domain's state with libvirt's reason for it, which the binding does not offer. It stands in the binding's package
 * because the native handles are visible only here.
 *
 * @param state a {@code VIR_DOMAIN_*} number of virDomainState
 * @param reason a number of the state's own enumeration of reasons
 */
@NullMarked
public record StateWithReason(int state, int reason) {

    private interface Calls extends com.sun.jna.Library {
        Calls LIBVIRT = Native.load("virt", Calls.class);

        int virDomainGetState(
                DomainPointer domain, IntByReference state, IntByReference reason, int flags);
    }

    public static StateWithReason of(Domain domain) throws LibvirtException {
        var state = new IntByReference();
        var reason = new IntByReference();
        ErrorHandler.processError(Calls.LIBVIRT.virDomainGetState(domain.vdp, state, reason, 0));
        return new StateWithReason(state.getValue(), reason.getValue());
    }
}
