package io.yunqing.agent.libvirt;

import io.yunqing.agent.platform.DurableFile;
import io.yunqing.agent.platform.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.logging.Logger;

/**
 * Finds out whether guests run on KVM, by running one.
 *
 * <p>That {@code /dev/kvm} exists, and that libvirt offers KVM, says only that somebody may try: on nested virtual
 * machines a guest may hang as soon as it leaves the firmware. So a tiny guest must reach 64-bit mode and say so. The
 * verdict is kept for as long as the kernel runs.
 */
public final class AcceleratorProbe {

    private static final Logger LOG = Logger.getLogger(AcceleratorProbe.class.getName());
    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final int FIRMWARE_BYTES = 64 * 1024;
    private static final int RESET_VECTOR = 0xfff0;

    /** jmp to the start of the firmware's segment */
    private static final byte[] JUMP_TO_START = {(byte) 0xe9, 0x0d, 0x00};

    private static final int SUCCESS = 67;

    private AcceleratorProbe() {}

    /** {@code kvm} or {@code tcg}. */
    public static String find(Path data, String bootId) throws IOException {
        Path cache = data.resolve("accelerator");
        if (Files.exists(cache)) {
            String[] words = Files.readString(cache).strip().split(" ", -1);
            if (words.length == 2 && words[0].equals(bootId)) {
                return words[1];
            }
        }
        String verdict = guestRuns("kvm") ? "kvm" : "tcg";
        String line = bootId + " " + verdict + "\n";
        DurableFile.write(cache, line.getBytes(StandardCharsets.UTF_8));
        return verdict;
    }

    static boolean guestRuns(String accelerator) throws IOException {
        if (accelerator.equals("kvm") && !Files.isWritable(Path.of("/dev/kvm"))) {
            LOG.info("no KVM: /dev/kvm is not there or not ours to use");
            return false;
        }
        Path firmware = Files.createTempFile("yunqing-probe", ".bin");
        try {
            Files.write(firmware, firmware());
            var result = Tool.result(DEADLINE, command(accelerator, firmware));
            if (result.exitCode() != SUCCESS) {
                LOG.info("no %s: %s".formatted(accelerator, result.output().strip()));
            }
            return result.exitCode() == SUCCESS;
        } catch (IOException e) {
            LOG.info("no %s: a guest was tried, %s".formatted(accelerator, e.getMessage()));
            return false;
        } finally {
            Files.deleteIfExists(firmware);
        }
    }

    private static List<String> command(String accelerator, Path firmware) {
        return List.of(
                "qemu-system-x86_64",
                "-accel",
                accelerator,
                "-machine",
                "q35",
                "-m",
                "32",
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-no-reboot",
                "-device",
                "isa-debug-exit,iobase=0xf4,iosize=1",
                "-bios",
                firmware.toString());
    }

    private static byte[] firmware() throws IOException {
        var image = new byte[FIRMWARE_BYTES];
        try (InputStream hex =
                AcceleratorProbe.class.getResourceAsStream("/libvirt/long-mode-probe.hex")) {
            if (hex == null) {
                throw new IllegalStateException(
                        "the agent's jar lacks libvirt/long-mode-probe.hex");
            }
            String digits = new String(hex.readAllBytes(), StandardCharsets.US_ASCII);
            byte[] code = HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
            System.arraycopy(code, 0, image, 0, code.length);
        }
        System.arraycopy(JUMP_TO_START, 0, image, RESET_VECTOR, JUMP_TO_START.length);
        return image;
    }
}
