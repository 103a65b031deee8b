package io.yunqing.examples.cloud;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where the sources and the packaged programs are. */
public record Repository(Path root) {

    /** The repository that this process was started in or below. */
    public static Repository find() {
        Path start = Path.of("").toAbsolutePath();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("examples/testbed/hosts"))) {
                return new Repository(at);
            }
        }
        throw new IllegalStateException("not in a clone of the repository: " + start);
    }

    public Path controller() {
        return packaged("controller/target/quarkus-app/quarkus-run.jar");
    }

    Path agent() {
        return packaged("agent/target/yunqing-agent/agent.jar");
    }

    Path store() {
        return packaged("agent/target/s3proxy.jar");
    }

    public Path yqctl() {
        return packaged("cli/target/yqctl/bin/yqctl");
    }

    Path testbed(String script) {
        return root.resolve("examples/testbed").resolve(script);
    }

    public Path manifests(String folder) {
        return root.resolve("examples/manifests").resolve(folder);
    }

    private Path packaged(String name) {
        Path path = root.resolve(name);
        if (!Files.exists(path)) {
            throw new IllegalStateException(
                    path + " is not there; build it: mvn -DskipTests package");
        }
        return path;
    }

    /** The JVM that runs this program, for those it starts. */
    public static List<String> java() {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    }
}
