package io.yunqing.cli.command;

import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.print.ProgressBar;
import io.yunqing.cli.print.Sizes;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Refused;
import io.yunqing.cli.rest.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code image upload}: makes an image of a file that is here. The same command again goes on where it ended. */
final class Uploading {
    /** The controller takes no more at once. */
    private static final int PIECE = 4 << 20;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    /** How long the controller may be away, unless --timeout says it. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Refusals for the moment. */
    private static final Set<String> PASSING = Set.of("busy", "database.unavailable");

    private Uploading() {}

    static Exit upload(Call call, Noun noun) {
        Target target = call.target(noun);
        Path file = file(call.args().operands().get(1));
        try (FileChannel bytes = FileChannel.open(file)) {
            long length = bytes.size();
            if (length == 0) {
                throw Failure.usage(file + " is empty", "name the file of an image");
            }
            String sha256 = sha256(call, file, length);
            Optional<Answer> there = call.rest().find(call.url(noun, target));
            if (there.isEmpty()) {
                Exit created = Changing.post(call, noun, target, body(call, noun, target, sha256));
                if (Plans.asked(call) || created != Exit.OK) {
                    return created;
                }
            } else {
                requireSame(there.get(), target, file, sha256);
                if (Plans.asked(call)) {
                    call.say("upload.planned", target, Sizes.of((double) length));
                    return Exit.OK;
                }
            }
            try (Upload upload = call.rest().upload(call.url(noun, target, "upload"))) {
                new Sending(call, target, bytes, length, upload).all();
            }
            return awaitWhole(call, noun, target, length);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Path file(String operand) {
        try {
            Path file = Path.of(operand);
            if (!Files.isRegularFile(file)) {
                throw Failure.usage(operand + " is not a file", "name the file of an image");
            }
            return file;
        } catch (InvalidPathException e) {
            throw Failure.usage(operand + " is not the name of a file");
        }
    }

    private static Failure unreadable(Path file, IOException e) {
        return new Failure(Exit.USAGE, "%s cannot be read: %s".formatted(file, e));
    }

    private static String sha256(Call call, Path file, long length) {
        ProgressBar progress =
                new ProgressBar(call.shell(), call.words().say("upload.reading", file), 0, length);
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] block = new byte[PIECE];
            long read = 0;
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                digest.update(block, 0, n);
                read += n;
                progress.at(Math.min(read, length));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        } finally {
            progress.end();
        }
    }

    private static Map<String, Object> body(Call call, Noun noun, Target target, String sha256) {
        Map<String, Optional<Object>> changes =
                new LinkedHashMap<>(Edit.of(noun, call.args()).changes());
        changes.put("spec.sha256", Optional.of(sha256));
        Edit edit = new Edit(changes);
        edit.checkComplete(noun);
        return edit.appliedTo(Map.of("metadata", Map.of("name", target.name())));
    }

    /** Whoever goes on means the same bytes. */
    private static void requireSame(Answer there, Target target, Path file, String sha256) {
        String promised = Tree.textAt(there.tree(), "spec.sha256");
        String url = Tree.textAt(there.tree(), "spec.url");
        if (!promised.equals(sha256) || !url.isEmpty()) {
            throw new Failure(
                    Exit.CONFLICT,
                    url.isEmpty()
                            ? "image %s is of sha256 %s, and %s has %s"
                                    .formatted(target, promised, file, sha256)
                            : "image %s is fetched from %s".formatted(target, url),
                    "-> name the same file, or give this one a name of its own");
        }
    }

    /** What is left of a file, sent piece by piece, however often the connection breaks. */
    private static final class Sending {
        private final Call call;
        private final Target target;
        private final FileChannel bytes;
        private final long length;
        private final Upload upload;
        private final Duration patience;

        /** Until when it is tried though nothing is taken. */
        private Instant end;

        Sending(Call call, Target target, FileChannel bytes, long length, Upload upload) {
            this.call = call;
            this.target = target;
            this.bytes = bytes;
            this.length = length;
            this.upload = upload;
            Duration asked = call.timeout();
            this.patience = asked == null ? PATIENCE : asked;
            this.end = call.shell().clock().instant().plus(patience);
        }

        void all() throws IOException {
            long begun = begun(0);
            if (begun > 0 && begun < length) {
                call.say("upload.goes-on", target, Sizes.of((double) begun));
            }
            ProgressBar progress =
                    new ProgressBar(
                            call.shell(),
                            call.words().say("upload.sending", target),
                            begun,
                            length);
            try {
                for (long at = begun; at < length; progress.at(at)) {
                    at = sent(at);
                }
            } finally {
                progress.end();
            }
        }

        /** Sends the next piece; returns where to go on, which is further back if the controller lost something. */
        private long sent(long at) throws IOException {
            byte[] piece = piece(at);
            try {
                long received = upload.send(at, piece);
                end = call.shell().clock().instant().plus(patience);
                return received;
            } catch (IOException e) {
                return begun(at, e.toString());
            } catch (Refused e) {
                if (!PASSING.contains(e.code()) && !e.code().equals("upload.offset")) {
                    throw e;
                }
                return begun(at, e.text());
            }
        }

        private byte[] piece(long at) throws IOException {
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, length - at));
            while (piece.hasRemaining()) {
                if (bytes.read(piece, at + piece.position()) < 0) {
                    throw new IOException("it became shorter");
                }
            }
            return piece.array();
        }

        private long begun(long at) {
            return begun(at, "");
        }

        /**
         * Asks where to go on until there is an answer.
         *
         * @param at how far it was, for the words
         * @param cause why it has to be asked; empty at the beginning
         */
        private long begun(long at, String cause) {
            Duration pause = FIRST_PAUSE;
            String words = cause;
            while (true) {
                if (!words.isEmpty()) {
                    if (call.shell().clock().instant().isAfter(end)) {
                        throw stopped(at, words);
                    }
                    call.shell().rest(pause);
                    Duration doubled = pause.multipliedBy(2);
                    pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
                }
                try {
                    return upload.begin(length);
                } catch (IOException e) {
                    words = e.toString();
                } catch (Refused e) {
                    if (e.code().equals("upload.not_awaited")) {
                        return length;
                    } else if (!PASSING.contains(e.code())) {
                        throw e;
                    }
                    words = e.text();
                }
            }
        }

        private Failure stopped(long at, String words) {
            return new Failure(
                    Exit.UNREACHABLE,
                    "the upload of %s stopped at %s of %s: %s"
                            .formatted(
                                    target,
                                    Sizes.of((double) at),
                                    Sizes.of((double) length),
                                    words),
                    "-> give the same command again to go on from there");
        }
    }

    private static Exit awaitWhole(Call call, Noun noun, Target target, long length) {
        while (true) {
            Answer image = call.read(noun, target);
            String state = Tree.textAt(image.tree(), "status.upload.state");
            if (state.equals("WHOLE")) {
                call.say("upload.done", target, Sizes.of((double) length));
                if (call.outputAsked()) {
                    call.printer().one(noun, image, "");
                }
                return Exit.OK;
            } else if (!state.equals("CHECKING")) {
                throw new Failure(
                        Exit.UNEXPECTED,
                        "the bytes of image %s were thrown away: %s"
                                .formatted(
                                        target, Tree.textAt(image.tree(), "status.upload.fault")),
                        "-> give the same command again");
            }
            call.shell().rest(BETWEEN_LOOKS);
        }
    }
}
