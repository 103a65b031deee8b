package io.yunqing.agent.network;

import java.util.UUID;
import java.util.regex.Pattern;

/** What our devices are called. The kernel takes 15 characters, and libvirt leaves names alone that it would not choose. */
public final class Names {

    /** What begins so is a bridge of ours. */
    static final String BRIDGE = "yqn";

    /** What begins so is a VXLAN of ours. */
    static final String VXLAN = "yqx";

    /** What begins so is the host's end of a guest's interface. */
    static final String TAP = "yqp";

    private static final Pattern NUMBERED =
            Pattern.compile("(" + BRIDGE + "|" + VXLAN + ")[0-9a-f]{4,6}");

    private Names() {}

    /** The bridge of a network. */
    public static String bridge(int vni) {
        return BRIDGE + Integer.toHexString(vni);
    }

    static String vxlan(int vni) {
        return VXLAN + Integer.toHexString(vni);
    }

    /** The host's end of an instance's interface, by the random end of its id. */
    public static String tap(UUID instance) {
        return TAP + "%012x".formatted(instance.getLeastSignificantBits() & 0xffff_ffff_ffffL);
    }

    /** Whether a device of this name is a bridge or a VXLAN that an agent made. */
    static boolean ours(String name) {
        return NUMBERED.matcher(name).matches();
    }
}
