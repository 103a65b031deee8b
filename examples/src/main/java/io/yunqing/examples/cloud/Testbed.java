package io.yunqing.examples.cloud;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** The isolated libvirt hosts of examples/testbed/hosts, and what virsh and their folders say of them. */
public final class Testbed {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String QEMU = "/usr/bin/qemu-system-x86_64";

    /** What a host has of storage, where it has that on file systems of its own. */
    public enum Disk {
        /** All that it keeps, but for the volumes. */
        POOL,
        VOLUMES;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Repository repository;
    private final Path state;

    Testbed(Repository repository, Path state) {
        this.repository = repository;
        this.state = state;
    }

    /** What this machine lacks to run hosts; empty when nothing. */
    public static Optional<String> missing() {
        List<String> missing = new ArrayList<>();
        boolean root = "root".equals(System.getProperty("user.name"));
        if (!root && !onPath("sudo")) {
            missing.add("root or sudo");
        }
        for (String program : List.of("libvirtd", "virsh", "qemu-img", "setpriv", "nft")) {
            if (!onPath(program)) {
                missing.add(program);
            }
        }
        if (!Files.isExecutable(Path.of(QEMU))) {
            missing.add(QEMU);
        }
        return missing.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", missing));
    }

    /** Whether this machine has a program. */
    public static boolean onPath(String program) {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(":")),
                        Stream.of("/usr/sbin", "/sbin"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /**
     * @param diskMib the size of each host's disks; 0 for none of their own
     */
    void up(int hosts, int diskMib) throws IOException {
        String self = Long.toString(ProcessHandle.current().pid());
        List<String> words = new ArrayList<>(List.of("up", Integer.toString(hosts)));
        words.addAll(List.of("--with", self));
        if (diskMib > 0) {
            words.addAll(List.of("--disks", Integer.toString(diskMib)));
        }
        script(words.toArray(String[]::new));
    }

    void down() throws IOException {
        script("down", "--purge");
    }

    /** Kills one host's libvirtd and starts another; its guests run on. */
    public void killLibvirt(int host) throws IOException {
        script("restart-libvirtd", Integer.toString(host), "-9");
    }

    /** One host's libvirtd is there, and answers nobody. */
    public void freezeLibvirt(int host) throws IOException {
        script("freeze-libvirtd", Integer.toString(host));
    }

    public void thawLibvirt(int host) throws IOException {
        script("thaw-libvirtd", Integer.toString(host));
    }

    /** Ends one host's libvirtd, by kill -9 and for good; its guests run on. */
    public void endLibvirt(int host) throws IOException {
        script("kill-libvirtd", Integer.toString(host));
    }

    public void startLibvirt(int host) throws IOException {
        script("start-libvirtd", Integer.toString(host));
    }

    /** One host's libvirt answers, and knows of no domain; its guests run on. */
    public void forgetDomains(int host) throws IOException {
        script("forget-domains", Integer.toString(host));
    }

    /** It knows them again. */
    public void recallDomains(int host) throws IOException {
        script("recall-domains", Integer.toString(host));
    }

    /** One host's libvirt can start no guest from now on; those that run are not concerned. */
    public void breakQemu(int host) throws IOException {
        script("break-qemu", Integer.toString(host));
    }

    public void mendQemu(int host) throws IOException {
        script("mend-qemu", Integer.toString(host));
    }

    /** Fills a disk but for so many MiB. */
    public void fill(int host, Disk disk, int leaveMib) throws IOException {
        script("fill", Integer.toString(host), disk.word(), Integer.toString(leaveMib));
    }

    /** Gives back what {@link #fill} took. */
    public void empty(int host, Disk disk) throws IOException {
        script("empty", Integer.toString(host), disk.word());
    }

    /** Whoever writes to a disk waits from now on, and cannot even be killed; reading goes on. */
    public void hang(int host, Disk disk) throws IOException {
        script("hang", Integer.toString(host), disk.word());
    }

    public void release(int host, Disk disk) throws IOException {
        script("release", Integer.toString(host), disk.word());
    }

    public String uri(int host) throws IOException {
        return script("uri", Integer.toString(host)).strip();
    }

    /** What a command is run with so that it runs inside a host. */
    public List<String> inside(int host) {
        return List.of(
                repository.testbed("hosts").toString(),
                "--state",
                state.toString(),
                "exec",
                Integer.toString(host));
    }

    /** The address by which the other hosts reach a host. */
    public static String underlay(int host) {
        return "10.99.0." + host;
    }

    /** Runs a command inside a host that must succeed, and answers what it printed. */
    public String exec(int host, String... command) throws IOException {
        List<String> line = new ArrayList<>(inside(host));
        line.addAll(List.of(command));
        return Program.output(line, Map.of(), PATIENCE);
    }

    /** Runs a command beside the hosts, in the network that connects them, as {@link #exec} does inside one. */
    public String wire(String... command) throws IOException {
        List<String> line = new ArrayList<>(List.of("wire"));
        line.addAll(List.of(command));
        return script(line.toArray(String[]::new));
    }

    public Path pool(int host) {
        return state.resolve("hosts/" + host + "/pool");
    }

    /** An instance's root disk. */
    public Path disk(int host, String instance) {
        return pool(host).resolve("instances").resolve(instance).resolve("disk.qcow2");
    }

    /** The files and folders that instances have left on a host, by name. */
    public List<String> instanceFolders(int host) throws IOException {
        Path instances = pool(host).resolve("instances");
        if (!Files.exists(instances)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(instances)) {
            return found.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    public String virsh(int host, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("virsh", "-q", "-c", uri(host)));
        command.addAll(List.of(arguments));
        return Program.output(command, Map.of("LC_ALL", "C"), PATIENCE).strip();
    }

    /** All domains of a host, running or not. */
    public List<UUID> domains(int host) throws IOException {
        return uuids(virsh(host, "list", "--all", "--uuid"));
    }

    /** The domains of a host that run, by libvirt's account. */
    public List<UUID> runningDomains(int host) throws IOException {
        return uuids(virsh(host, "list", "--state-running", "--uuid"));
    }

    private static List<UUID> uuids(String lines) {
        return lines.lines().filter(line -> !line.isBlank()).map(UUID::fromString).toList();
    }

    private String script(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                repository.testbed("hosts").toString(),
                                "--state",
                                state.toString()));
        command.addAll(List.of(arguments));
        return Program.output(command, Map.of(), PATIENCE);
    }
}
