package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.leakguard.internal.config.Config;
import io.leakguard.internal.config.Setting;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTest {

    @AfterEach
    void clear() {
        System.getProperties().stringPropertyNames().stream()
                .filter(key -> key.startsWith("leakguard.") && !key.startsWith("leakguard.junit."))
                .forEach(System::clearProperty);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "enabled             | yes        | true or false",
                "capture             | fast       | unlimited, none or a rate like 2000/s",
                "capture             | -5/s       | unlimited, none or a rate like 2000/s",
                "capture             | 2147483647/s | unlimited, none or a rate like 2000/s",
                "escalation          | soon       | a time like 500ms, 30s, 5min, 2h or 0",
                "report.interval     | -1s        | a time like 500ms, 30s, 5min, 2h or 0",
                "report.interval     | PT-1S      | a time from 0 to 36500d",
                "report.interval     | 999999999999d | a time from 0 to 36500d",
                "reports.per.minute  | 0          | a whole number from 1 to 1000000",
                "sites.max           | many       | a whole number from 1 to 10000000",
                "queue.capacity      | 0          | a whole number from 1 to 100000000",
                "app.packages        | com..acme  | package names separated by commas",
                "overdue             | jdbc=      | limits like 5min, or by kind",
                "overdue             | Bad Kind=5s | limits like 5min, or by kind",
                "overdue             | 0s         | limits like 5min, or by kind",
                "dump.signal         | NOPE       | the name of a signal that is free",
                "name                | ' '        | a name of 1 to 100 characters",
            })
    void a_bad_value_is_an_error_that_names_the_value_the_key_and_the_fix(String key, String value, String fix) {
        assertThatThrownBy(() -> LeakGuard.builder().property(key, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + value + "'")
                .hasMessageContaining("leakguard." + key)
                .hasMessageContaining(fix);
        System.setProperty("leakguard." + key, value);
        assertThatThrownBy(LeakGuard::create)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("system property leakguard." + key)
                .hasMessageContaining(fix);
    }

    @Test
    void an_unknown_key_is_an_error_that_names_the_nearest_one() {
        System.setProperty("leakguard.capure", "none");
        assertThatThrownBy(LeakGuard::create)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leakguard.capure")
                .hasMessageContaining("did you mean 'leakguard.capture'?");
        assertThatThrownBy(() -> LeakGuard.builder().property("x".repeat(100_000), "1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keys_of_other_modules_are_theirs_to_check() {
        String mode = System.getProperty("leakguard.junit.mode");
        System.setProperty("leakguard.junit.mode", "whatever");
        System.setProperty("leakguard.jdbc.mask", "whatever");
        try (LeakGuard guard = LeakGuard.create()) {
            assertThat(guard.isEnabled()).isTrue();
        } finally { // not cleared like the others: it is the test run's own, and a test that is run again reads it
            if (mode == null) {
                System.clearProperty("leakguard.junit.mode");
            } else {
                System.setProperty("leakguard.junit.mode", mode);
            }
        }
    }

    @Test
    void the_builder_wins_over_system_properties_but_off_is_off() {
        System.setProperty("leakguard.name", "from-property");
        try (LeakGuard guard = LeakGuard.create()) {
            assertThat(guard.name()).isEqualTo("from-property");
        }
        try (LeakGuard guard = LeakGuard.builder().name("from-builder").build()) {
            assertThat(guard.name()).isEqualTo("from-builder");
        }
        System.setProperty("leakguard.enabled", "false");
        assertThat(LeakGuard.builder().enabled(true).build().isEnabled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "0s, PT0S",
        "500ms, PT0.5S",
        "30s, PT30S",
        "30 s, PT30S",
        "' 30s ', PT30S",
        "5min, PT5M",
        "5m, PT5M",
        "2h, PT2H",
        "1d, PT24H",
        "PT10S, PT10S"
    })
    void a_time_is_read_as_the_time_that_its_documented_form_says(String text, Duration time) {
        Config config = Config.defaults();
        config.set("report.interval", text, "a test");
        config.set("scope.grace", text, "a test");

        assertThat(config.snapshot().get(Setting.REPORT_INTERVAL)).isEqualTo(time);
        assertThat(config.snapshot().get(Setting.SCOPE_GRACE)).isEqualTo(time);
    }

    @Test
    void one_limit_is_for_all_kinds_and_a_list_has_one_for_each_kind_that_it_names() {
        Config all = Config.defaults();
        all.set("overdue", "5min", "a test");
        Config byKind = Config.defaults();
        byKind.set("overdue", "socket=5min, *=1h", "a test");

        assertThat(all.snapshot().get(Setting.OVERDUE).of(ResourceKind.SOCKET)).isEqualTo(Duration.ofMinutes(5));
        assertThat(all.snapshot().get(Setting.OVERDUE).of(ResourceKind.FILE_INPUT))
                .isEqualTo(Duration.ofMinutes(5));
        assertThat(byKind.snapshot().get(Setting.OVERDUE).of(ResourceKind.SOCKET))
                .isEqualTo(Duration.ofMinutes(5));
        assertThat(byKind.snapshot().get(Setting.OVERDUE).of(ResourceKind.FILE_INPUT))
                .isEqualTo(Duration.ofHours(1));
    }

    @Test
    void the_global_guard_is_one_and_survives_a_bad_configuration() {
        System.setProperty("leakguard.capture", "nonsense");
        LeakGuard before = LeakGuard.setGlobal(null);
        LeakGuard guard = LeakGuard.global();
        try {
            assertThat(guard.isEnabled()).isTrue();
            assertThat(LeakGuard.global()).isSameAs(guard);
            assertThat(LeakGuard.setGlobal(LeakGuard.disabled())).isSameAs(guard);
            assertThat(LeakGuard.global()).isSameAs(LeakGuard.disabled());
        } finally {
            LeakGuard.setGlobal(before);
            guard.close();
        }
    }

    @Test
    void guards_share_nothing() {
        Recorder first = new Recorder();
        Recorder second = new Recorder();
        try (LeakGuard one = LeakGuard.builder().listener(first).log(false).build();
                LeakGuard two = LeakGuard.builder().listener(second).log(false).build()) {
            one.track(new Object(), Thing.KIND);
            Gc.until(() -> first.reports.size() == 1);
            Gc.settle(two);
            assertThat(second.reports).isEmpty();
            assertThat(two.stats().of(Thing.KIND).opened()).isZero();
            assertThat(two.leaks()).noneMatch(site -> site.kind().equals(Thing.KIND));
        }
    }

    @Test
    void a_kind_is_one_value_and_its_name_is_checked() {
        assertThat(ResourceKind.of("test.thing")).isSameAs(Thing.KIND);
        for (String bad : new String[] {"", "Upper", "a..b", ".a", "a.", "with space", "order-1", "x".repeat(65)}) {
            assertThatThrownBy(() -> ResourceKind.of(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + bad + "'")
                    .hasMessageContaining("lower-case words joined by dots");
        }
    }

    @Test
    void a_limit_that_is_not_positive_is_refused() {
        assertThatThrownBy(() -> LeakGuard.builder().overdueAfter(Thing.KIND, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("test.thing")
                .hasMessageContaining("give a positive time");
    }
}
