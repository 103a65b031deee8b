package io.yunqing.agent.lease;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The instances whose QEMU runs on this machine, as the kernel tells them, against which libvirt's word is held: a libvirtd that
 * has lost its definitions answers that there are no domains, while their guests run.
 *
 * <p>Only {@code /proc} is read, which does not hang with a disk.
 */
public final class RunningGuests {
    private static final Path PROC = Path.of("/proc");

    private final Layout layout;

    public RunningGuests(Layout layout) {
        this.layout = layout;
    }

    /** The processes that have an instance's directory and UUID in their command line, by instance. */
    public Map<UUID, Long> now() {
        var found = new HashMap<UUID, Long>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                UUID instance = instance(process);
                if (instance != null) {
                    found.put(instance, Long.valueOf(process.getFileName().toString()));
                }
            }
            return found;
        } catch (IOException | DirectoryIteratorException e) {
            throw new IllegalStateException("every Linux lists its processes in " + PROC, e);
        }
    }

    /**
     * @param before which there were before libvirt was asked
     * @param named the domains that it named
     * @throws HypervisorFault if one that ran all the time is not among them
     */
    public void requireNamed(Map<UUID, Long> before, Collection<UUID> named)
            throws HypervisorFault {
        var unnamed = new HashMap<>(before);
        unnamed.keySet().removeAll(named);
        if (unnamed.isEmpty()) {
            return;
        }
        unnamed.entrySet().retainAll(now().entrySet());
        for (var guest : unnamed.entrySet()) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED,
                    "libvirt does not name instance %s, whose QEMU runs as process %d: restore libvirt's definitions, or end that process, and restart libvirtd"
                            .formatted(guest.getKey(), guest.getValue()));
        }
    }

    private @Nullable UUID instance(Path process) {
        try {
            var arguments =
                    Arrays.asList(
                            Files.readString(
                                            process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                                    .split("\0"));
            int uuid = arguments.indexOf("-uuid") + 1;
            if (uuid == 0 || uuid == arguments.size()) {
                return null;
            }
            UUID id = UUID.fromString(arguments.get(uuid));
            String folder = layout.instance(id) + "/";
            return arguments.stream().anyMatch(one -> one.contains(folder)) ? id : null;
        } catch (IOException | IllegalArgumentException _) {
            // It has ended meanwhile, is another user's, or is no QEMU.
            return null;
        }
    }
}
