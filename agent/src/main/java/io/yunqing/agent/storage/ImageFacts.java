package io.yunqing.agent.storage;

import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.ImageDesired;
import io.yunqing.api.agent.ImageObserved;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What is known of images, kept in memory: those that are here, and what was wrong with those that are not. */
final class ImageFacts {

    /** Of more than anybody says of an image in earnest, the beginning is enough. */
    private static final int LONGEST_FAULT = 2_000;

    private final Map<Key, ImageObserved> facts = new ConcurrentHashMap<>();

    /** By what an image is known. */
    record Key(String sha256, ImageFormat format) {
        static Key of(ImageSource image) {
            return new Key(image.sha256(), image.format());
        }
    }

    /** It is here and was found good. */
    void good(Key key, long diskBytes, @Nullable Instant at) {
        change(
                key,
                was ->
                        new ImageObserved(
                                key.sha256(),
                                key.format(),
                                true,
                                diskBytes,
                                at,
                                null,
                                false,
                                null,
                                null,
                                was.answers()));
    }

    /** It could not be brought here. As often as that is tried again in vain, it is the same fault. */
    void bad(Key key, String fault, boolean refused, Instant at) {
        String words =
                fault.length() > LONGEST_FAULT ? fault.substring(0, LONGEST_FAULT) + "…" : fault;
        change(
                key,
                was ->
                        new ImageObserved(
                                key.sha256(),
                                key.format(),
                                false,
                                null,
                                null,
                                words,
                                refused,
                                words.equals(was.fault()) && was.faultAt() != null
                                        ? was.faultAt()
                                        : at,
                                null,
                                was.answers()));
    }

    /** It is here no more. */
    void gone(Key key) {
        change(
                key,
                was ->
                        new ImageObserved(
                                key.sha256(),
                                key.format(),
                                false,
                                was.diskBytes(),
                                was.checkedAt(),
                                null,
                                false,
                                null,
                                null,
                                was.answers()));
    }

    /** It is to go, and so many files stand on it. */
    void stoodOn(Key key, int disks) {
        change(
                key,
                was ->
                        new ImageObserved(
                                key.sha256(),
                                key.format(),
                                was.cached(),
                                was.diskBytes(),
                                was.checkedAt(),
                                was.fault(),
                                was.refused(),
                                was.faultAt(),
                                disks,
                                was.answers()));
    }

    void answered(ImageDesired wish) {
        Key key = Key.of(wish.source());
        change(
                key,
                was ->
                        new ImageObserved(
                                key.sha256(),
                                key.format(),
                                was.cached(),
                                was.diskBytes(),
                                was.checkedAt(),
                                was.fault(),
                                was.refused(),
                                was.faultAt(),
                                was.disks(),
                                wish.revision()));
    }

    /** In an order of their own, so that what is the same reads the same. */
    List<ImageObserved> all() {
        return facts.values().stream()
                .sorted(
                        Comparator.comparing(ImageObserved::sha256)
                                .thenComparing(ImageObserved::format))
                .toList();
    }

    private void change(Key key, UnaryOperator<ImageObserved> how) {
        facts.compute(
                key,
                (_, was) ->
                        how.apply(
                                was == null
                                        ? new ImageObserved(
                                                key.sha256(),
                                                key.format(),
                                                false,
                                                null,
                                                null,
                                                null,
                                                false,
                                                null,
                                                null,
                                                null)
                                        : was));
    }
}
