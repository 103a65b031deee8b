package io.yunqing.examples.chaos;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an owner was promised a volume to be.
 *
 * @param machine the name of the instance that has it
 * @param snapshot whether it is only kept
 * @param restore how often its content was replaced by a copy
 * @param like the name of the snapshot whose content it was given; null once anybody may have written to it since
 */
record Volume(
        String name,
        String id,
        int sizeGiB,
        @Nullable String machine,
        boolean snapshot,
        int restore,
        @Nullable String like) {

    /** One that is empty or holds what only its owner's guests know. */
    static Volume made(String name, String id, int sizeGiB, @Nullable String machine) {
        return new Volume(name, id, sizeGiB, machine, false, 0, null);
    }

    /** The names of its files: its content, and the note of which restore that is of, if it was ever restored. */
    Stream<String> files() {
        return restore == 0 ? Stream.of(id + ".qcow2") : Stream.of(id + ".qcow2", id + ".restore");
    }

    Volume of(int wished) {
        return new Volume(name, id, wished, machine, snapshot, restore, like);
    }

    Volume at(@Nullable String wished) {
        return new Volume(
                name, id, sizeGiB, wished, snapshot, restore, wished == null ? like : null);
    }

    Volume restoredFrom(String source) {
        return new Volume(name, id, sizeGiB, machine, snapshot, restore + 1, source);
    }

    Volume unlike(String gone) {
        return new Volume(
                name, id, sizeGiB, machine, snapshot, restore, gone.equals(like) ? null : like);
    }
}
