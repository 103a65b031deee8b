package io.yunqing.controller.platform;

import io.yunqing.api.Kind;
import io.yunqing.api.Resource;
import java.util.List;
import java.util.Optional;

/**
 * The rules of one kind of resource, called by {@link Resources} inside its transaction.
 *
 * @param <R> the row
 * @param <W> the wire form
 */
public interface Noun<R extends ResourceRow, W extends Resource<?, ?>> {
    Kind kind();

    Class<R> rowClass();

    /** The wire form of some rows, in their order; counts and sums are fetched for all of them at once. */
    List<W> views(List<R> rows);

    Optional<R> find(String name);

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

    /** What names are unique within: empty for the whole cloud, else the tenant. */
    default String scope() {
        return "";
    }

    /** One sentence for the history about a row. */
    default String story(R row) {
        return kind().wireName() + " " + row.name;
    }

    /** Whether a reader need not wait any longer for this resource to change by itself. */
    default boolean settled(W view) {
        return true;
    }
}
