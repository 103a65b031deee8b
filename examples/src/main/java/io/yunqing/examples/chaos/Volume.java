package io.yunqing.examples.chaos;

import org.jspecify.annotations.Nullable;

/**
 * What an owner was promised a volume to be.
 *
 * @param machine the name of the instance that has it
 */
record Volume(String name, String id, int sizeGiB, @Nullable String machine) {
    Volume of(int wished) {
        return new Volume(name, id, wished, machine);
    }

    Volume at(@Nullable String wished) {
        return new Volume(name, id, sizeGiB, wished);
    }
}
