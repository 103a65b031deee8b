package io.yunqing.controller.platform;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ManagedContext;
import java.util.function.Supplier;

/** What belongs to one request, such as its {@link Caller}, for work that no framework calls as one. */
public final class RequestScope {
    private RequestScope() {}

    /** On a thread that has none. */
    public static <T> T call(Supplier<T> work) {
        ManagedContext context = Arc.container().requestContext();
        context.activate();
        try {
            return work.get();
        } finally {
            context.terminate();
        }
    }
}
