package io.yunqing.agent.lease;

import io.yunqing.api.agent.Stopped;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What agent and guard say to each other, a line each. */
final class GuardMessage {

    private static final String NOTHING = "-";
    private static final String DONE = "done";

    private GuardMessage() {}

    /**
     * The agent's.
     *
     * @param number larger than that of any before it
     * @param until by the uptime, in milliseconds
     * @param instances which may run until then
     * @param forbidden which may not run
     */
    record Allowance(long number, long until, Set<UUID> instances, Set<UUID> forbidden) {

        String line() {
            return "%d %d %s %s"
                    .formatted(
                            number,
                            until,
                            list(instances.stream().sorted().toList()),
                            list(forbidden.stream().sorted().toList()));
        }

        static Allowance of(String line) throws IOException {
            try {
                String[] words = line.split(" ");
                return new Allowance(
                        Long.parseLong(words[0]),
                        Long.parseLong(words[1]),
                        Set.copyOf(ids(words[2])),
                        Set.copyOf(ids(words[3])));
            } catch (RuntimeException e) {
                throw new IOException("not an allowance: " + line, e);
            }
        }
    }

    /** The guard's: that it is so, and what was ended last. */
    static String done(@Nullable Stopped last) {
        return last == null
                ? DONE + " " + NOTHING + " " + NOTHING
                : DONE + " " + last.at() + " " + list(last.instances());
    }

    /**
     * What was ended last, out of the guard's answer.
     *
     * @throws IOException if it says something else than that it is so
     */
    static @Nullable Stopped stopped(String line) throws IOException {
        String[] words = line.split(" ");
        if (words.length != 3 || !words[0].equals(DONE)) {
            throw new IOException(line);
        }
        return words[1].equals(NOTHING)
                ? null
                : new Stopped(Instant.parse(words[1]), ids(words[2]));
    }

    private static String list(List<UUID> ids) {
        return ids.isEmpty()
                ? NOTHING
                : ids.stream().map(UUID::toString).collect(Collectors.joining(","));
    }

    private static List<UUID> ids(String word) {
        return word.equals(NOTHING)
                ? List.of()
                : Arrays.stream(word.split(",")).map(UUID::fromString).toList();
    }
}
