package io.yunqing.api;

import org.jspecify.annotations.Nullable;

/**
 * The shape all resources share.
 *
 * @param <S> what was asked
 * @param <T> what is known
 */
public interface Resource<S, T> {
    /** Null in a request that leaves it out: the path already says it. */
    @Nullable Kind kind();

    Metadata metadata();

    S spec();

    /** Null in requests. */
    @Nullable T status();
}
