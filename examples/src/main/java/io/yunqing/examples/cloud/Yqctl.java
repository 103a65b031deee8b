package io.yunqing.examples.cloud;

import io.yunqing.examples.cloud.Program.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The packaged yqctl as a process, signed in as the operator. */
public final class Yqctl {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final String program;
    private final Map<String, String> environment;

    Yqctl(Repository repository, Map<String, String> environment) {
        this.program = repository.yqctl().toString();
        this.environment = environment;
    }

    public Outcome run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        return Program.run(command, environment, PATIENCE);
    }

    /** What it prints when all goes well, which it must. */
    public String ok(String... arguments) throws IOException {
        Outcome outcome = run(arguments);
        if (outcome.exit() != 0) {
            throw new AssertionError("yqctl " + String.join(" ", arguments) + ": " + outcome);
        }
        return outcome.out();
    }

    /** Where it is, for those who start it themselves. */
    public String program() {
        return program;
    }

    /** For those who start it themselves. */
    public Map<String, String> environment() {
        return environment;
    }
}
