package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.leakguard.Suppression;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuppressionTest {

    private static final ResourceKind OTHER = ResourceKind.of("test.other");

    @TempDir
    Path dir;

    private static void known(LeakGuard guard, ResourceKind kind) {
        guard.track(new Object(), kind);
    }

    private static void unknown(LeakGuard guard, ResourceKind kind) {
        guard.track(new Object(), kind);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(dir.resolve("leaks.txt"), text);
    }

    @Test
    void a_leak_that_matches_is_counted_and_not_reported_and_unused_ones_can_be_listed() throws IOException {
        Recorder recorder = new Recorder();
        Path file = file("""
                # what we know of

                test.thing   io.leakguard.it.SuppressionTest.known   because it is a test (T-1)
                test.*\tio.acme.*\tbecause  nobody calls this
                """);
        try (LeakGuard guard = LeakGuard.builder()
                .listener(recorder)
                .capture(CaptureBudget.unlimited())
                .reportInterval(Duration.ZERO)
                .suppress("test.sentinel", "*", "made by the tests")
                .suppressions(file)
                .log(false)
                .build()) {
            for (int i = 0; i < 3; i++) {
                known(guard, Thing.KIND);
                known(guard, OTHER);
                unknown(guard, Thing.KIND);
            }
            Gc.settle(guard);
            assertThat(recorder.of(Thing.KIND)).hasSize(3);
            assertThat(recorder.of(OTHER)).hasSize(3);
            assertThat(guard.stats().suppressed()).isGreaterThanOrEqualTo(3);
            assertThat(guard.stats().of(Thing.KIND).leaked())
                    .as("what is accepted is no leak")
                    .isEqualTo(3);
            assertThat(guard.stats().of(Thing.KIND).collected()).isEqualTo(6);
            List<Suppression.Use> uses = guard.suppressions();
            assertThat(uses).hasSize(3);
            assertThat(uses.get(1))
                    .isEqualTo(new Suppression.Use(
                            Suppression.of("test.thing", "io.leakguard.it.SuppressionTest.known", "it is a test (T-1)"),
                            3));
            assertThat(uses.get(2).hits()).isZero();
        }
    }

    @Test
    void a_leak_without_a_stack_is_matched_only_by_a_star() {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = LeakGuard.builder()
                .listener(recorder)
                .capture(CaptureBudget.none())
                .escalation(Duration.ZERO)
                .suppress("test.thing", "io.leakguard.*", "not without a stack")
                .suppress("test.other", "*", "all of them")
                .log(false)
                .build()) {
            known(guard, Thing.KIND);
            known(guard, OTHER);
            Gc.settle(guard);
            assertThat(recorder.of(Thing.KIND)).hasSize(1);
            assertThat(recorder.of(OTHER)).isEmpty();
        }
    }

    @Test
    void a_pattern_that_is_far_too_long_is_an_error_that_says_so_in_one_line() {
        assertThatThrownBy(() -> Suppression.of("file.input", "*".repeat(1_001), "known"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("frame pattern of 1001 characters")
                .hasMessageContaining("shorten it to 1000");
        assertThat(Suppression.of("file.input", "*".repeat(1_000), "known").frame())
                .hasSize(1_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file.input                              | it has no frame pattern",
                "file.input com.acme.*                   | the third word must be 'because'",
                "file.input com.acme.* since it is known | the third word must be 'because'",
                "file.input com.acme.* because           | it has no reason after 'because'",
            })
    void a_malformed_line_is_an_error_that_names_file_line_and_fix(String line, String what) throws IOException {
        Path file = file("# first\n* * because all is well\n" + line + "\n");
        assertThatThrownBy(() -> LeakGuard.builder().suppressions(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file + ":3: " + what)
                .hasMessageContaining("write: <kind> <frame pattern> because <reason>");
    }

    @Test
    void a_file_that_is_missing_or_is_not_text_is_an_error_that_names_it() throws IOException {
        Path missing = dir.resolve("missing.txt");
        assertThatThrownBy(() -> LeakGuard.builder().suppressions(missing))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("give the path of a readable file");
        Path binary = Files.write(dir.resolve("binary.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThatThrownBy(() -> LeakGuard.builder().suppressions(binary))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("save it as UTF-8");
    }

    /** Found by fuzzing: the blank is one of Unicode's, and the pattern is very long. */
    @Test
    void a_pattern_with_a_strange_blank_is_an_error_that_names_file_and_line_and_is_one_line() throws IOException {
        Path file = file("file.input com.acme.*\u2028" + "x".repeat(5_000) + " because it is known");
        assertThatThrownBy(() -> Suppression.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + ":1: suppression with the frame pattern 'com.acme.*\\u2028xxx")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600).doesNotContain("\u2028"));
    }

    @Test
    void a_byte_order_mark_is_no_part_of_the_first_kind() throws IOException {
        Path file = Files.write(
                dir.resolve("bom.txt"), "\uFEFFfile.input * because x\r\n".getBytes(StandardCharsets.UTF_8));
        assertThat(Suppression.read(file)).containsExactly(Suppression.of("file.input", "*", "x"));
    }

    @Test
    void in_code_too_a_reason_is_mandatory() {
        assertThatThrownBy(() -> LeakGuard.builder().suppress("file.input", "com.acme.*", " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("say why this leak is accepted");
        assertThatThrownBy(() -> LeakGuard.builder().suppress("", "com.acme.*", "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("give a kind's name");
        assertThatThrownBy(() -> LeakGuard.builder().suppress("a b", "com.acme.*", "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a b'");
    }
}
