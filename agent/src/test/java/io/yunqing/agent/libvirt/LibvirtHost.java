package io.yunqing.agent.libvirt;

import io.yunqing.agent.NoController;
import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.network.HostNetworks;
import io.yunqing.agent.platform.Tool;
import io.yunqing.agent.storage.DirectIo;
import io.yunqing.agent.storage.Layout;
import io.yunqing.agent.storage.StoreKeys;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A real libvirtd of its own, in namespaces of its own, gone with all its guests when closed. */
public final class LibvirtHost implements AutoCloseable {

    private final Path folder;
    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;

    public LibvirtHost() throws IOException {
        // Socket paths are short: not the build directory.
        folder = Files.createTempDirectory("yq");
        Path script = folder.resolve("host.sh");
        try (InputStream text = LibvirtHost.class.getResourceAsStream("/libvirt-host.sh")) {
            Files.copy(text, script, StandardCopyOption.REPLACE_EXISTING);
        }
        var command = new ArrayList<>(List.of("unshare"));
        if (!"root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(List.of("--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child"));
        command.addAll(
                List.of(
                        "bash",
                        script.toString(),
                        folder.toString(),
                        UUID.randomUUID().toString()));
        process =
                new ProcessBuilder(command)
                        .redirectError(folder.resolve("host.log").toFile())
                        .start();
        answers = process.inputReader();
        commands = process.outputWriter();
        expectOk();
    }

    /** Why real hosts cannot be had here; empty when they can. */
    public static String missing() {
        for (String program : List.of("libvirtd", "qemu-system-x86_64", "qemu-img", "unshare")) {
            boolean found =
                    List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin").stream()
                            .anyMatch(dir -> Files.isExecutable(Path.of(dir, program)));
            if (!found) {
                return program
                        + " is not installed (Debian packages libvirt-daemon-system,"
                        + " qemu-system-x86, qemu-utils)";
            }
        }
        return "";
    }

    public String uri() {
        return "qemu+unix:///system?socket=" + folder.resolve("run/libvirt/libvirt-sock");
    }

    /** Of the driver that libvirt has for tests, which keeps what it is told and does nothing. */
    String testUri() {
        return "test+unix:///default?socket=" + folder.resolve("run/libvirt/libvirt-sock");
    }

    /** A directory that goes with the host. */
    public Path folder(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    /** Our side of it, with instances kept below {@code layout} and no network. */
    public LibvirtHypervisor hypervisor(Layout layout) throws IOException {
        Files.createDirectories(layout.instances());
        var xml = new DomainXml.Host(layout, false, DirectIo.works(layout.instances()), null);
        var given = new HostFacts.Given("test", "tcg", "test", null, null);
        return LibvirtHypervisor.open(
                uri(),
                xml,
                given,
                new HostNetworks(null, List.of()),
                Duration.ofDays(7),
                NoController.FILES,
                new StoreKeys(folder.resolve("store-keys")),
                null);
    }

    /** An image of which nothing boots. */
    public ImageSource emptyImage() throws IOException, NoSuchAlgorithmException {
        Path file = folder("source").resolve("empty.qcow2");
        Tool.run(
                Duration.ofSeconds(10),
                List.of("qemu-img", "create", "-q", "-f", "qcow2", file.toString(), "64M"));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        return new ImageSource(
                "empty",
                file.toUri().toString(),
                HexFormat.of().formatHex(digest),
                ImageFormat.QCOW2,
                null);
    }

    public void kill() throws IOException {
        command("kill");
    }

    public void start() throws IOException {
        command("start");
    }

    private void command(String word) throws IOException {
        commands.write(word + "\n");
        commands.flush();
        expectOk();
    }

    private void expectOk() throws IOException {
        if (!"ok".equals(answers.readLine())) {
            throw new IOException(
                    "the libvirt host does not start: "
                            + Files.readString(folder.resolve("host.log"), StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
