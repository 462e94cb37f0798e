package io.leakguard;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** DESIGN's rules of the house. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.leakguard");

    @Test
    void the_core_needs_nothing_but_its_three_dependencies_at_run_time() {
        classes()
                .that()
                .resideInAPackage("io.leakguard..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.leakguard..",
                        "java..",
                        "javax..",
                        "jdk.jfr..",
                        "com.sun.management..",
                        "org.slf4j..",
                        "com.github.benmanes.caffeine..",
                        "io.opentelemetry.api..",
                        "io.opentelemetry.context..",
                        "org.jspecify..",
                        // primitive types and arrays
                        "")
                .check(CLASSES);
    }

    @Test
    void telemetry_and_reports_are_listeners_on_the_public_api_and_nothing_privileged() {
        noClasses()
                .that()
                .resideInAnyPackage("io.leakguard.telemetry..", "io.leakguard.report..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.leakguard.internal..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void the_engine_does_not_know_who_listens() {
        noClasses()
                .that()
                .resideInAPackage("io.leakguard.internal..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.leakguard.telemetry..", "io.leakguard.report..")
                .check(CLASSES);
    }

    @Test
    void nothing_in_the_core_starts_a_thread_by_itself_but_through_one_place() {
        noClasses()
                .that()
                .doNotHaveSimpleName("Threads")
                .should()
                .callConstructor(Thread.class, Runnable.class)
                .orShould()
                .callConstructor(Thread.class, Runnable.class, String.class)
                .check(CLASSES);
    }
}
