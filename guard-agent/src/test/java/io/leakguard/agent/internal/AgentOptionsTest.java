package io.leakguard.agent.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentOptionsTest {

    @TempDir
    Path folder;

    private final Properties before = new Properties();

    @BeforeEach
    void keepTheProperties() {
        before.putAll(System.getProperties());
    }

    @AfterEach
    void restoreTheProperties() {
        System.setProperties(before);
    }

    @Test
    void options_are_keys_and_values_and_limits_by_kind_keep_their_commas() {
        assertThat(AgentOptions.parse(
                        "capture=500/s,overdue=socket=5min,process=1h,*=2h,watch.interval=5s,name=orders"))
                .containsExactly(
                        entry("capture", "500/s"),
                        entry("overdue", "socket=5min,process=1h,*=2h"),
                        entry("watch.interval", "5s"),
                        entry("name", "orders"));
        assertThat(AgentOptions.parse("app.packages=com.acme,org.acme,log=false"))
                .containsExactly(entry("app.packages", "com.acme,org.acme"), entry("log", "false"));
        assertThat(AgentOptions.parse("")).isEmpty();
    }

    @Test
    void an_option_without_a_value_says_how_options_are_given() {
        assertThatThrownBy(() -> AgentOptions.parse("verbose"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'verbose' has no value: give options as key=value");
    }

    @Test
    void options_win_over_properties_and_these_over_the_file_and_all_can_be_taken_back() throws IOException {
        Path file = folder.resolve("leakguard.properties");
        Files.writeString(file, "leakguard.name=of-the-file\nleakguard.capture=1/s\nescalation=5s\n");
        System.setProperty("leakguard.capture", "2/s");

        AgentOptions applied = AgentOptions.apply("config=" + file + ",name=of-the-option");

        assertThat(System.getProperty("leakguard.name")).isEqualTo("of-the-option");
        assertThat(System.getProperty("leakguard.capture")).isEqualTo("2/s");
        assertThat(System.getProperty("leakguard.escalation")).isEqualTo("5s");
        applied.undo();
        assertThat(System.getProperty("leakguard.name")).isNull();
        assertThat(System.getProperty("leakguard.capture")).isEqualTo("2/s");
        assertThat(System.getProperty("leakguard.escalation")).isNull();
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        assertThatThrownBy(() -> AgentOptions.apply("config=/nowhere/leakguard.properties"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'/nowhere/leakguard.properties' can't be read")
                .hasMessageContaining("give the path of a properties file");
    }
}
