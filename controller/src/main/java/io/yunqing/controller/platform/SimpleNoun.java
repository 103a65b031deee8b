package io.yunqing.controller.platform;

import io.yunqing.api.Resource;

/**
 * A kind whose resources come into being by a row alone, so that {@link Resources} can make them.
 *
 * @param <R> the row
 * @param <W> the wire form
 */
public interface SimpleNoun<R extends ResourceRow, W extends Resource<?, ?>> extends Noun<R, W> {
    /**
     * A row for what was asked, with everything that must come into being with it. Id, name, labels and creation time are
     * already set in {@code row}.
     *
     * @throws ProblemException if a rule forbids it
     */
    void create(R row, W asked);
}
