package io.yunqing.agent.storage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Tool;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.agent.PoolPlace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A thin pool of LVM. libvirt makes no thin volumes, so LVM's own programs do. */
public final class LvmPool extends BlockPool {

    private static final Duration DEADLINE = Duration.ofMinutes(1);

    /** Where {@code lv_attr} says that what a volume takes anew is overwritten with zeros before. */
    private static final int ZEROING = 7;

    private final String name;
    private final String group;
    private final String thinPool;
    private final List<String> runWith;

    public LvmPool(PoolPlace place) {
        this(place, List.of());
    }

    /**
     * @param runWith what stands before LVM's programs in their commands
     */
    LvmPool(PoolPlace place, List<String> runWith) {
        var url = URI.create(place.url());
        this.name = place.name();
        this.group = url.getAuthority();
        this.thinPool = url.getPath().substring(1);
        this.runWith = runWith;
    }

    /** What {@code lvs} answers. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Answer(List<Report> report) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Report(List<Row> lv) {}

    /**
     * @param bytes its size
     * @param pool the thin pool that it is in; empty when it is in none
     * @param percent how much of it is written; empty when it is not thin, or not active
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Row(
            @JsonProperty("lv_name") String name,
            @JsonProperty("lv_size") long bytes,
            @JsonProperty("lv_attr") String attributes,
            @JsonProperty("pool_lv") String pool,
            @JsonProperty("data_percent") String percent) {}

    @Override
    protected Found find(Set<UUID> known) throws HypervisorFault {
        try {
            var rows = rows();
            var bytes = new HashMap<UUID, Long>();
            for (Row row : rows) {
                volume(row).filter(known::contains).ifPresent(id -> bytes.put(id, row.bytes()));
            }
            return new Found(bytes, use(pool(rows)));
        } catch (IOException e) {
            throw StorageFault.of("pool " + name, e);
        }
    }

    @Override
    protected Optional<Long> bytes(UUID id) throws HypervisorFault {
        return Optional.ofNullable(find(Set.of(id)).bytes().get(id));
    }

    @Override
    protected void create(UUID id, int sizeGiB) throws HypervisorFault {
        run(
                id,
                "lvcreate",
                "--virtualsize",
                sizeGiB + "g",
                "--name",
                name(id),
                "--thin",
                group + "/" + thinPool);
    }

    @Override
    protected void resize(UUID id, int sizeGiB) throws HypervisorFault {
        run(id, "lvextend", "--size", sizeGiB + "g", group + "/" + name(id));
    }

    @Override
    protected void delete(UUID id) throws HypervisorFault {
        run(id, "lvremove", "--yes", group + "/" + name(id));
    }

    @Override
    public DiskSource source(UUID id) {
        return new DiskSource.Block(Path.of("/dev", group, name(id)));
    }

    @Override
    public Optional<UUID> volumeAt(DiskSource source) {
        return source instanceof DiskSource.Block(Path path)
                        && Path.of("/dev", group).equals(path.getParent())
                ? volumeOf(String.valueOf(path.getFileName()))
                : Optional.empty();
    }

    private Optional<UUID> volume(Row row) {
        return thinPool.equals(row.pool()) ? volumeOf(row.name()) : Optional.empty();
    }

    private Row pool(List<Row> rows) throws IOException {
        Row found =
                rows.stream()
                        .filter(row -> row.name().equals(thinPool))
                        .findFirst()
                        .orElseThrow(() ->
                                new IOException(
                                        "volume group %s has no thin pool %s"
                                                .formatted(group, thinPool)));
        if (!found.attributes().startsWith("t")) {
            throw new IOException("%s/%s is no thin pool".formatted(group, thinPool));
        }
        if (found.attributes().length() <= ZEROING || found.attributes().charAt(ZEROING) != 'z') {
            throw new IOException(
                    "new volumes would show what was on deleted ones; let LVM overwrite it: lvchange --zero y %s/%s"
                            .formatted(group, thinPool));
        }
        return found;
    }

    private PoolUse use(Row pool) throws IOException {
        try {
            long written = (long) (pool.bytes() * Double.parseDouble(pool.percent()) / 100);
            return new PoolUse(
                    pool.bytes() >> 20,
                    (pool.bytes() - written) >> 20,
                    written >> 20,
                    0,
                    Instant.now());
        } catch (NumberFormatException e) {
            throw new IOException(
                    "%1$s/%2$s is not active; activate it: lvchange --activate y %1$s/%2$s"
                            .formatted(group, thinPool),
                    e);
        }
    }

    private List<Row> rows() throws IOException {
        String answer =
                output(
                        "lvs",
                        "--reportformat",
                        "json",
                        "--units",
                        "b",
                        "--nosuffix",
                        "--options",
                        "lv_name,lv_size,lv_attr,pool_lv,data_percent",
                        group);
        try {
            return BackupRepository.JSON.readValue(json(answer), Answer.class).report().stream()
                    .flatMap(report -> report.lv().stream())
                    .toList();
        } catch (JsonProcessingException e) {
            throw new IOException("what lvs answered cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    /** Without the warnings before it and behind it. */
    private static String json(String output) throws IOException {
        int begin = output.indexOf('{');
        int end = output.lastIndexOf('}');
        if (begin < 0 || end < begin) {
            throw new IOException("lvs answered nothing but: " + output.strip());
        }
        return output.substring(begin, end + 1);
    }

    private void run(UUID id, String... command) throws HypervisorFault {
        try {
            output(command);
        } catch (IOException e) {
            throw StorageFault.of("volume " + id, e);
        }
    }

    private String output(String... command) throws IOException {
        var whole = new ArrayList<>(runWith);
        whole.addAll(List.of(command));
        var result = Tool.result(DEADLINE, whole, "");
        if (result.exitCode() != 0) {
            throw new IOException(
                    "%s ended with %d: %s"
                            .formatted(command[0], result.exitCode(), result.output().strip()));
        }
        return result.output();
    }
}
