package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.DurableFile;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/**
 * The sockets at which QEMU lets serial consoles be used, one user at a time, while it writes their logs. libvirt makes one
 * when a guest starts and removes it when it goes off.
 */
public final class ConsoleSockets {

    private final Layout layout;

    public ConsoleSockets(Layout layout) {
        this.layout = layout;
    }

    /** Makes the directory that they are in. Nobody else on the host may type at a guest. */
    public void open() throws IOException {
        if (!Files.exists(layout.sockets())) {
            Files.createDirectories(
                    layout.sockets(),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            DurableFile.force(layout.pool());
        }
    }

    /** Connects to the console of a guest that is on. */
    public ByteChannel connect(UUID id) throws HypervisorFault {
        Path socket =
                layout.socket(id)
                        .orElseThrow(() ->
                                refused(
                                        "the path of the pool on its host, %s, is too long for the consoles of its guests"
                                                .formatted(layout.pool())));
        if (!Files.exists(socket)) {
            throw refused(
                    "its guest was started with a console that can only be read; yqctl instance reboot gives it one to use");
        }
        try {
            return new Console(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        } catch (IOException e) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.STORAGE, "console " + socket + ": " + e.getMessage(), e);
        }
    }

    /** A QEMU that ends before it has read all that was typed resets the connection: that is the end as well. */
    private record Console(SocketChannel socket) implements ByteChannel {

        @Override
        public int read(ByteBuffer into) throws IOException {
            try {
                return socket.read(into);
            } catch (SocketException e) {
                return -1;
            }
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return socket.write(from);
        }

        @Override
        public boolean isOpen() {
            return socket.isOpen();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static HypervisorFault refused(String why) {
        return new HypervisorFault(HypervisorFault.Kind.REFUSED, why);
    }
}
