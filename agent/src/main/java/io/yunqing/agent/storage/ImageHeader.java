package io.yunqing.agent.storage;

import io.yunqing.api.ImageFormat;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What an image's first bytes say against it, read before any other program reads them. */
final class ImageHeader {

    private ImageHeader() {}

    /** What speaks against using it; absent when nothing does. An image must be whole in itself. */
    static @Nullable String objection(ImageFormat format, Path file) throws IOException {
        try (var channel = FileChannel.open(file)) {
            return switch (format) {
                case RAW -> channel.size() == 0 ? "it is empty" : null;
                case QCOW2 -> Qcow2Header.read(channel).objection();
                case VMDK -> VmdkHeader.objection(channel);
                case VHD -> VhdFooter.objection(channel);
                case VHDX -> VhdxHeader.objection(channel);
            };
        }
    }

    /** The format by the name that QEMU has for it. */
    static String word(ImageFormat format) {
        return switch (format) {
            case RAW -> "raw";
            case QCOW2 -> "qcow2";
            case VMDK -> "vmdk";
            case VHD -> "vpc";
            case VHDX -> "vhdx";
        };
    }
}
