package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.leakguard.LeakGuardBuilder;
import io.leakguard.Suppression;
import io.leakguard.internal.config.Config;
import io.leakguard.internal.config.SuppressionFile;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares docs/configuration.md with the code. */
class ConfigurationDocTest {

    private static final Path DOC = Path.of("../docs/configuration.md");
    private static final Pattern ROW = Pattern.compile(
            "(?m)^\\| `leakguard\\.([^`]+)` \\| (?:`(\\w+)`|–) \\| (?:`([^`]+)`|–) \\| (\\S.*\\S) \\|$");

    private record Row(String key, String builderMethod, String defaultValue) {
        Row(MatchResult m) {
            this(m.group(1), m.group(2), m.group(3));
        }
    }

    @Test
    void its_table_lists_exactly_the_settings_that_there_are() throws IOException {
        assertThat(table()).extracting(Row::key).containsExactlyInAnyOrderElementsOf(Config.keys());
    }

    @Test
    void the_builder_has_every_method_that_the_table_names() throws IOException {
        List<String> methods = Arrays.stream(LeakGuardBuilder.class.getMethods())
                .map(Method::getName)
                .toList();

        assertThat(table())
                .extracting(Row::builderMethod)
                .filteredOn(m -> m != null)
                .isNotEmpty()
                .isSubsetOf(methods);
    }

    @Test
    void setting_the_documented_defaults_changes_nothing() throws IOException {
        Config config = Config.defaults();
        int set = 0;
        for (Row row : table()) {
            if (row.defaultValue() != null) {
                config.set(row.key(), row.defaultValue(), "docs/configuration.md");
                set++;
            }
        }

        assertThat(set).isPositive();
        assertThat(config.enabled()).isTrue();
        assertThat(config.snapshot()).isEqualTo(Config.defaults().snapshot());
    }

    @Test
    void its_example_of_an_error_is_the_real_one() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Config.defaults().set("report.interval", "soon", "system property leakguard.report.interval"))
                .withMessage(block("error").strip());
    }

    @Test
    void its_example_of_a_suppression_file_can_be_read(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("leaks"), block("suppressions"));

        assertThat(SuppressionFile.read(file))
                .contains(Suppression.of("file.input", "com.acme.Config.*", "lives as long as the process"));
    }

    private static List<Row> table() throws IOException {
        return ROW.matcher(Files.readString(DOC)).results().map(Row::new).toList();
    }

    private static String block(String language) throws IOException {
        return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
                .matcher(Files.readString(DOC))
                .results()
                .map(r -> r.group(1))
                .findFirst()
                .orElseThrow();
    }
}
