package io.yunqing.examples.chaos;

import java.util.stream.Stream;

/**
 * What an owner was promised a backup to be.
 *
 * @param volumeId of which it is, which may be gone
 * @param sizeGiB how large that was when it was asked for
 */
record Backup(String name, String id, String volumeId, int sizeGiB) {

    /** What it holds, below its repository's folder. */
    String file() {
        return volumeId + "/" + id + ".qcow2";
    }

    /** Its files there: what it holds, and what that is. */
    Stream<String> files() {
        return Stream.of(volumeId + "/" + id + ".json", file());
    }
}
