package io.yunqing.controller.platform;

import io.yunqing.api.Resource;

/**
 * The rules of one kind of resource, called by {@link Resources} inside its transaction.
 *
 * @param <R> the row
 * @param <W> the wire form
 */
public interface Noun<R extends ResourceRow, W extends Resource<?, ?>> extends Listed<R, W> {
    /**
     * Makes {@code row} what was asked.
     *
     * @throws ProblemException if a rule forbids it
     */
    void update(R row, W asked);

    /**
     * Removes the row, or starts its removal.
     *
     * @return whether it is gone; if not, the answer shows what is left
     * @throws ProblemException if something still needs it
     */
    boolean delete(R row);

    /** One sentence for the history about a row. */
    default String story(R row) {
        return kind().wireName() + " " + row.name;
    }

    /** Whether a reader need not wait any longer for this resource to change by itself. */
    default boolean settled(W view) {
        return true;
    }
}
