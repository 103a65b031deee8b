package io.yunqing.controller.platform;

import io.yunqing.api.Kind;
import io.yunqing.api.Resource;
import java.util.List;
import java.util.Optional;

/**
 * A kind of resource that can be read, called by {@link Resources} and {@link Lists} inside their transactions.
 *
 * @param <R> the row
 * @param <W> the wire form
 */
public interface Listed<R extends ResourceRow, W extends Resource<?, ?>> {
    Kind kind();

    Class<R> rowClass();

    /** The wire form of some rows, in their order; counts and sums are fetched for all of them at once. */
    List<W> views(List<R> rows);

    Optional<R> find(String name);

    /** What names are unique within: empty for the whole cloud, else the tenant. */
    default String scope() {
        return "";
    }
}
