package io.yunqing.controller.platform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What is behind an exception. */
final class Causes {
    private Causes() {}

    /** The exception and all behind it; one that cannot commit has the database's own words suppressed, not as its cause. */
    static List<Throwable> of(Throwable e) {
        List<Throwable> causes = new ArrayList<>(List.of(e));
        for (int i = 0; i < causes.size(); i++) {
            Throwable one = causes.get(i);
            Stream.concat(Stream.ofNullable(one.getCause()), Arrays.stream(one.getSuppressed()))
                    .filter(next -> !causes.contains(next))
                    .forEach(causes::add);
        }
        return causes;
    }
}
