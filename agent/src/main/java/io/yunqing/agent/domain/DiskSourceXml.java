package io.yunqing.agent.domain;

import io.yunqing.agent.storage.DiskSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the template of a disk is told of what the disk is kept in. */
final class DiskSourceXml {

    private DiskSourceXml() {}

    /**
     * @param directIo whether files can be read past the host's page cache; everything else always is
     */
    static Map<String, @Nullable Object> of(DiskSource source, boolean directIo) {
        Map<String, @Nullable Object> data = new HashMap<>();
        data.put("login", null);
        data.put("image", null);
        data.put("cache", "none");
        data.put("format", "raw");
        switch (source) {
            case DiskSource.File file -> {
                data.put("type", "file");
                data.put("format", "qcow2");
                data.put("cache", directIo ? "none" : "writeback");
                data.put("attribute", "file");
                data.put("path", file.path());
            }
            case DiskSource.Block block -> {
                data.put("type", "block");
                data.put("attribute", "dev");
                data.put("path", block.path());
            }
            case DiskSource.Rbd rbd -> {
                data.put("type", "network");
                data.put("image", rbd.image());
                var cluster = rbd.cluster();
                data.put("monitors", cluster == null ? List.of() : monitors(cluster));
                data.put("login", cluster == null ? null : login(cluster.login()));
            }
        }
        return data;
    }

    private static List<Map<String, @Nullable Object>> monitors(DiskSource.Ceph cluster) {
        return cluster.monitors().stream()
                .map(monitor -> {
                    Map<String, @Nullable Object> data = new HashMap<>();
                    data.put("name", monitor.host());
                    data.put("port", monitor.port());
                    return data;
                })
                .toList();
    }

    private static @Nullable Map<String, Object> login(DiskSource.@Nullable Login login) {
        return login == null ? null : Map.of("user", login.user(), "secret", login.secret());
    }
}
