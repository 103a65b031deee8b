package io.yunqing.controller;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.yunqing.controller.boot.Preparation;
import io.yunqing.controller.boot.Settings;
import io.yunqing.controller.datafolder.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/** What Main does before Quarkus, for tests that let Quarkus start without it: a controller with nothing in it. */
@NullUnmarked // the framework calls start before stop
public final class TestServer implements QuarkusTestResourceLifecycleManager {
    private Path folder;
    private Preparation preparation;

    @Override
    public Map<String, String> start() {
        try {
            folder = Files.createTempDirectory("yunqing-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> settings =
                Map.of(
                        "YUNQING_DATA", folder.toString(),
                        "YUNQING_HTTP_PORT", "0",
                        "YUNQING_AGENT_PORT", "0");
        preparation = Preparation.prepare(Settings.read(settings, Map.of()), Clock.systemUTC());
        Map<String, String> properties = new HashMap<>(preparation.properties());
        properties.put("quarkus.http.test-port", "0");
        properties.put("quarkus.http.test-ssl-port", "0");
        // Hosts in tests report when the test says so, on a machine that may be busy.
        properties.put("yunqing.agents.lease", "10m");
        properties.put("yunqing.fence.margin", "100ms");
        properties.put("yunqing.agents.report-floor", "200ms");
        // Most hosts of tests fall silent.
        properties.put("yunqing.fence.brake-share", "1");
        return properties;
    }

    @Override
    public void stop() {
        if (preparation != null) {
            preparation.close();
        }
        try {
            DataFolder.deleteTree(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
