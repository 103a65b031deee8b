package io.yunqing.controller.address;

import java.util.UUID;

/** The addresses of network interfaces. */
public final class Addresses {
    private Addresses() {}

    /** A locally administered address of QEMU's range, made from the id's random end. */
    public static String mac(UUID instance) {
        long random = instance.getLeastSignificantBits();
        return "52:54:00:%02x:%02x:%02x"
                .formatted(random >> 16 & 255, random >> 8 & 255, random & 255);
    }
}
