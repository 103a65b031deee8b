package io.yunqing.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Shape;
import io.yunqing.examples.cloud.Testbed;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One cloud for all tests of a class. Skips them where hosts cannot be run, and says so. */
final class CloudFixture implements BeforeAllCallback, AfterAllCallback {
    private final Shape shape;
    private @Nullable Cloud cloud;

    CloudFixture(int hosts) {
        this(Shape.of(hosts));
    }

    CloudFixture(Shape shape) {
        this.shape = shape;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        String name = context.getRequiredTestClass().getSimpleName();
        String missing = Testbed.missing().orElse("");
        if (!missing.isEmpty()) {
            System.err.println(name + " is skipped: this machine lacks " + missing);
        }
        assumeTrue(missing.isEmpty(), missing);
        cloud = Cloud.start(name, shape);
    }

    Cloud cloud() {
        if (cloud == null) {
            throw new IllegalStateException("not started");
        }
        return cloud;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (cloud != null) {
            cloud.close();
        }
    }
}
