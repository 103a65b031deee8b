package io.yunqing.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may import whom; see docs/concepts.md. */
class ArchitectureTest {
    private static final String ROOT = "io.yunqing.controller";

    /** A package imports only packages that stand before it here. */
    private static final List<String> ORDER =
            List.of(
                    "datafolder",
                    "postgres",
                    "pki",
                    "boot",
                    "platform",
                    "identity",
                    "feed",
                    "placement",
                    "ledger",
                    "tenancy",
                    "address",
                    "fleet",
                    "fence",
                    "pool",
                    "storage",
                    "compute",
                    "network",
                    "volume",
                    "backup",
                    "orphan",
                    "console",
                    "agentlink");

    /** They run before Quarkus does, and bring the clock and the random source with them. */
    private static final List<String> FOUNDATIONS =
            List.of("datafolder", "postgres", "pki", "boot");

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(ROOT);

    @Test
    void everyPackageHasItsPlace() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        ORDER.stream().map(ArchitectureTest::packageOf).toArray(String[]::new))
                .should()
                .resideInAPackage(ROOT + ".(*)..")
                .check(CLASSES);
    }

    @Test
    void packagesImportOnlyWhatStandsBeforeThem() {
        for (int i = 0; i < ORDER.size(); i++) {
            String[] later =
                    ORDER.subList(i + 1, ORDER.size()).stream()
                            .map(ArchitectureTest::packageOf)
                            .toArray(String[]::new);
            if (later.length > 0) {
                noClasses()
                        .that()
                        .resideInAPackage(packageOf(ORDER.get(i)))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(later)
                        .check(CLASSES);
            }
        }
    }

    @Test
    void thereAreNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theControllerDoesNotKnowTheAgent() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.yunqing.agent..")
                .check(CLASSES);
    }

    @Test
    void placementIsPure() {
        noClasses()
                .that()
                .resideInAPackage(packageOf("placement"))
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "java.lang..",
                        "java.util",
                        "java.util.function",
                        "java.util.stream",
                        "org.jspecify..",
                        "io.yunqing.api",
                        packageOf("placement"))
                .check(CLASSES);
    }

    @Test
    void timeAndChanceComeFromPlatformAlone() {
        String[] free =
                Stream.concat(FOUNDATIONS.stream(), Stream.of("platform"))
                        .map(ArchitectureTest::packageOf)
                        .toArray(String[]::new);
        noClasses()
                .that()
                .resideOutsideOfPackages(free)
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".Main")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(InstantSource.class, "system")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Random.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(SecureRandom.class)
                .check(CLASSES);
    }

    private static String packageOf(String name) {
        return ROOT + "." + name + "..";
    }
}
