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

    private final Map<Key, Fact> facts = new ConcurrentHashMap<>();

    /** By what an image is known. */
    record Key(String sha256, ImageFormat format) {
        static Key of(ImageSource image) {
            return new Key(image.sha256(), image.format());
        }
    }

    /**
     * Why an image is not here.
     *
     * @param refused whether that is for what the image is
     */
    private record Trouble(String words, boolean refused, Instant since) {}

    /**
     * @param disks how many files stand on it
     * @param answers the latest wish that was fulfilled
     */
    private record Fact(
            boolean cached,
            @Nullable Long diskBytes,
            @Nullable Instant checkedAt,
            @Nullable Trouble trouble,
            @Nullable Integer disks,
            @Nullable Long answers) {

        static final Fact NONE = new Fact(false, null, null, null, null, null);

        ImageObserved of(Key image) {
            return new ImageObserved(
                    image.sha256(),
                    image.format(),
                    cached,
                    diskBytes,
                    checkedAt,
                    trouble == null ? null : trouble.words,
                    trouble != null && trouble.refused,
                    trouble == null ? null : trouble.since,
                    disks,
                    answers);
        }
    }

    /** It is here and was found good. */
    void good(Key key, long diskBytes, @Nullable Instant at) {
        change(key, was -> new Fact(true, diskBytes, at, null, null, was.answers));
    }

    /** It could not be brought here. As often as that is tried again in vain, it is the same fault. */
    void bad(Key key, String fault, boolean refused, Instant at) {
        String words =
                fault.length() > LONGEST_FAULT ? fault.substring(0, LONGEST_FAULT) + "…" : fault;
        change(
                key,
                was -> {
                    var before = was.trouble;
                    var since = before != null && before.words.equals(words) ? before.since : at;
                    var trouble = new Trouble(words, refused, since);
                    return new Fact(false, null, null, trouble, null, was.answers);
                });
    }

    /** It is here no more. */
    void gone(Key key) {
        change(key, was -> new Fact(false, was.diskBytes, was.checkedAt, null, null, was.answers));
    }

    /** It is to go, and so many files stand on it. */
    void stoodOn(Key key, int disks) {
        change(
                key,
                was ->
                        new Fact(
                                was.cached,
                                was.diskBytes,
                                was.checkedAt,
                                was.trouble,
                                disks,
                                was.answers));
    }

    void answered(ImageDesired wish) {
        change(
                Key.of(wish.source()),
                was ->
                        new Fact(
                                was.cached,
                                was.diskBytes,
                                was.checkedAt,
                                was.trouble,
                                was.disks,
                                wish.revision()));
    }

    /** In an order of their own, so that what is the same reads the same. */
    List<ImageObserved> all() {
        return facts.entrySet().stream()
                .map(fact -> fact.getValue().of(fact.getKey()))
                .sorted(
                        Comparator.comparing(ImageObserved::sha256)
                                .thenComparing(ImageObserved::format))
                .toList();
    }

    private void change(Key key, UnaryOperator<Fact> how) {
        facts.compute(key, (_, was) -> how.apply(was == null ? Fact.NONE : was));
    }
}
