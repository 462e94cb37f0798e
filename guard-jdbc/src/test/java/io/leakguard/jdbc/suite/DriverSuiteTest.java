package io.leakguard.jdbc.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.jdbc.suite.Outcomes.Difference;
import io.leakguard.jdbc.suite.Outcomes.Outcome;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverSuiteTest {

    private static final Outcome PASSED = new Outcome("PASSED", "");
    private static final Outcome FAILED = new Outcome("FAILED", "java.lang.AssertionError: 1\tnot\n2");

    @TempDir
    private Path folder;

    @Test
    void a_suite_is_run_without_and_with_the_guard_and_what_differs_is_named() throws Exception {
        Path tests = Path.of(DriverSuiteTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        DriverSuite.Comparison comparison = new DriverSuite("org.h2.Driver", tests.toString(), folder)
                .compare("io\\.leakguard\\.jdbc\\.suite\\.sample\\..*");
        assertThat(comparison.raw().counts())
                .containsOnly(
                        Map.entry("PASSED", 4),
                        Map.entry("FAILED", 1),
                        Map.entry("ABORTED", 1),
                        Map.entry("SKIPPED", 1));
        assertThat(comparison.guarded().counts())
                .containsOnly(
                        Map.entry("PASSED", 2),
                        Map.entry("FAILED", 3),
                        Map.entry("ABORTED", 1),
                        Map.entry("SKIPPED", 1));
        assertThat(comparison.differences())
                .allSatisfy(difference -> assertThat(difference.toString())
                        .contains("SampleSuite", "without the guard: PASSED", "with it:           FAILED"))
                .extracting(Difference::test)
                .satisfiesExactly(
                        test -> assertThat(test).contains("casts_to_the_drivers_class"),
                        test -> assertThat(test).contains("unwraps_the_object_that_it_has"));
        assertThat(comparison.unstable()).isEmpty();
    }

    @Test
    void a_suite_that_casts_to_the_drivers_classes_is_given_views_that_can_be_cast() throws Exception {
        Path tests = Path.of(DriverSuiteTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        DriverSuite.Comparison comparison = new DriverSuite("org.h2.Driver", tests.toString(), folder)
                .with("suite.views", "java.sql.Connection=org.h2.jdbc.JdbcConnection")
                .compare("io\\.leakguard\\.jdbc\\.suite\\.sample\\..*");
        assertThat(comparison.differences()).isEmpty();
        assertThat(comparison.guarded().counts()).isEqualTo(comparison.raw().counts());
    }

    /** Its views could not be closed by the guard otherwise. */
    public static class Final {
        public final void close() {}
    }

    @Test
    void an_opened_class_is_as_it_was_but_for_its_final_methods() throws Exception {
        OpenedClasses.write(Final.class.getName(), folder);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
            Class<?> opened = loader.loadClass(Final.class.getName());
            assertThat(Modifier.isFinal(Final.class.getMethod("close").getModifiers()))
                    .isTrue();
            assertThat(opened.getMethod("close").toString())
                    .isEqualTo("public void " + Final.class.getName() + ".close()");
            opened.getMethod("close").invoke(opened.getConstructor().newInstance());
        }
        assertThatThrownBy(() -> OpenedClasses.write("com.acme.Nowhere", folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("com.acme.Nowhere is not on the class path");
    }

    @Test
    void outcomes_are_read_as_they_were_written() throws IOException {
        Path file = folder.resolve("outcomes");
        Files.write(
                file,
                List.of(
                        Outcomes.line("[class:A]/[method:one()]", PASSED),
                        Outcomes.line("[class:A]/[method:two()]", FAILED),
                        Outcomes.line("[class:A]/[method:one()]", FAILED)));
        assertThat(Outcomes.read(file).byTest())
                .containsOnly(
                        Map.entry(
                                "[class:A]/[method:one()]", new Outcome("FAILED", "java.lang.AssertionError: 1 not 2")),
                        Map.entry(
                                "[class:A]/[method:two()]",
                                new Outcome("FAILED", "java.lang.AssertionError: 1 not 2")));
        Files.writeString(file, "half a li");
        assertThatThrownBy(() -> Outcomes.read(file)).hasMessageContaining("half a li");
    }

    @Test
    void a_test_that_ends_otherwise_or_is_missing_differs_and_its_message_does_not() {
        Outcomes raw = new Outcomes(Map.of("same", FAILED, "worse", PASSED, "gone", PASSED));
        Outcomes guarded =
                new Outcomes(Map.of("same", new Outcome("FAILED", "another port"), "worse", FAILED, "new", PASSED));
        assertThat(Outcomes.differences(raw, guarded))
                .containsExactly(
                        new Difference("gone", PASSED, Outcomes.MISSING),
                        new Difference("new", Outcomes.MISSING, PASSED),
                        new Difference("worse", PASSED, FAILED));
    }

    @Test
    void what_differs_only_once_or_the_other_way_round_is_not_the_guards_doing() {
        Difference stays = new Difference("stays", PASSED, FAILED);
        Difference once = new Difference("once", PASSED, FAILED);
        assertThat(Outcomes.repeated(
                        List.of(stays, once),
                        List.of(
                                new Difference("stays", PASSED, new Outcome("FAILED", "other words")),
                                new Difference("once", FAILED, PASSED))))
                .containsExactly(stays);
    }

    @Test
    void the_class_of_a_test_is_known_of_each_engine() {
        assertThat(DriverSuite.classesOf("[engine:junit-jupiter]/[class:org.A]/[nested-class:B]/[method:c()]"))
                .containsExactly("org.A");
        assertThat(DriverSuite.classesOf(
                        "[engine:junit-jupiter]/[class-template:org.A]/[class-template-invocation:#1]/[method:c()]"))
                .containsExactly("org.A");
        assertThat(DriverSuite.classesOf("[engine:junit-vintage]/[runner:org.A]/[test:c(org.A)]"))
                .containsExactly("org.A");
    }

    @Test
    void without_a_folder_the_error_names_the_property() {
        assertThatThrownBy(() -> DriverSuite.classPath("no.such.tests", "<folder>"))
                .hasMessageContaining("give -Dno.such.tests=<folder>");
    }
}
