package io.yunqing.agent.seed;

import io.yunqing.agent.seed.Iso9660.File;
import io.yunqing.api.agent.InstanceDesired;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A seed as the ISO 9660 file system labelled {@code cidata} that guests look for. Pure. */
public final class SeedImage {

    private SeedImage() {}

    public static byte[] of(InstanceDesired instance) {
        var seed = Seed.of(instance);
        return Iso9660.of(
                "cidata",
                List.of(
                        file("meta-data", seed.metaData()),
                        file("user-data", seed.userData()),
                        file("network-config", seed.networkConfig())));
    }

    private static File file(String name, String text) {
        return new File(name, text.getBytes(StandardCharsets.UTF_8));
    }
}
