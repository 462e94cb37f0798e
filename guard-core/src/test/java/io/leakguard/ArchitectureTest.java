package io.leakguard;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.leakguard.internal.base.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** DESIGN's rules of the house. */
@TestInstance(
        TestInstance.Lifecycle.PER_CLASS) // so that what is imported goes with it: each later collection would walk it
class ArchitectureTest {

    /** From the folder, since a search by package lists all of the JDK and keeps the list. */
    private final JavaClasses classes = new ClassFileImporter().importPath(Path.of("target", "classes"));

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
                .check(classes);
    }

    @Test
    void telemetry_and_reports_are_listeners_on_the_public_api_and_nothing_privileged() {
        noClasses()
                .that()
                .resideInAnyPackage("io.leakguard.telemetry..", "io.leakguard.report..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.leakguard.internal",
                        "io.leakguard.internal.config..",
                        "io.leakguard.internal.stack..",
                        "io.leakguard.internal.track..",
                        "io.leakguard.internal.detect..",
                        "io.leakguard.internal.wrap..")
                .allowEmptyShould(true)
                .check(classes);
    }

    @Test
    void the_engine_does_not_know_who_listens() {
        noClasses()
                .that()
                .resideInAPackage("io.leakguard.internal..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.leakguard.telemetry..", "io.leakguard.report..")
                .check(classes);
    }

    @Test
    void nothing_in_the_core_makes_a_thread_but_through_one_place() {
        noClasses()
                .that()
                .doNotHaveSimpleName("Threads")
                .should()
                .callConstructorWhere(target(owner(assignableTo(Thread.class))))
                .check(classes);
    }

    @Test
    void imports_of_the_engine_point_down() {
        EngineRules.layers("io.leakguard.internal").check(classes);
    }

    @Test
    void the_packages_of_the_engine_form_no_cycle() {
        EngineRules.noCycles("io.leakguard.internal").check(classes);
    }

    @Test
    void an_import_that_points_up_fails_the_rule() {
        JavaClasses bad = new ClassFileImporter().importPackages("io.leakguard.arch.upward");
        assertThatThrownBy(() -> EngineRules.layers("io.leakguard.arch.upward").check(bad))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Low")
                .hasMessageContaining("High");
    }

    @Test
    void a_cycle_of_two_packages_fails_the_rule() {
        JavaClasses bad = new ClassFileImporter().importPackages("io.leakguard.arch.cycle");
        assertThatThrownBy(() -> EngineRules.noCycles("io.leakguard.arch.cycle").check(bad))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Cycle detected");
    }

    /** Bridges are named, so that nobody adds one by chance. Texts, which know nothing of the guard, are for all. */
    @Test
    void the_public_package_reaches_the_engine_by_named_bridges_only() {
        noClasses()
                .that()
                .resideInAPackage("io.leakguard")
                .and()
                .doNotHaveSimpleName("LeakGuard")
                .and()
                .doNotHaveSimpleName("LeakGuardBuilder")
                .and()
                .doNotHaveSimpleName("LeakPath") // how paths are written: stack.PathRules
                .and()
                .doNotHaveSimpleName("OpenText") // which callers are shown: stack.SiteFinder
                .and()
                .doNotHaveSimpleName("ScopeOptions") // limits by kind: config.Limits
                .and()
                .doNotHaveSimpleName("Suppression") // its file and its patterns
                .should()
                .dependOnClassesThat(resideInAPackage("io.leakguard.internal..")
                        .and(DescribedPredicate.not(belongToAnyOf(Text.class))))
                .check(classes);
    }

    @Test
    void no_class_has_more_than_500_lines_of_code() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".java")))
                    .allSatisfy(file -> assertThat(CodeLines.count(file)).isLessThanOrEqualTo(500));
        }
    }
}
