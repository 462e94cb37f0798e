package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.leakguard.watch.WatchOptions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.commons.util.ExceptionUtils;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mock.env.MockEnvironment;

class GuardLifecycleTest {

    @AfterEach
    void nothing_is_left_as_the_process_wide_guard() {
        LeakGuard left = LeakGuard.setGlobal(null);
        assertThat(left).isNull();
        assertThat(ActiveGuard.get()).isNull();
    }

    private static ConfigurableApplicationContext run(Class<?> type, String... arguments) {
        SpringApplication application = new SpringApplication(type);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setRegisterShutdownHook(false);
        return application.run(arguments);
    }

    @Test
    void settings_of_the_environment_reach_the_guard() {
        try (ConfigurableApplicationContext context = run(
                Contexts.Empty.class,
                "--leakguard.name=orders",
                "--leakguard.capture=7/s",
                "--leakguard.app.packages=com.acme,org.acme",
                "--leakguard.scope.grace=5min")) {
            LeakGuard guard = context.getBean(LeakGuard.class);
            assertThat(guard.name()).isEqualTo("orders");
            assertThat(guard.captureBudget().stacksPerSecond()).isEqualTo(7);
            assertThat(guard.isApplicationFrame(new StackTraceElement("org.acme.Main", "main", "Main.java", 1)))
                    .isTrue();
            assertThat(LeakGuard.global()).isSameAs(guard);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "leakguard.capture=many, leakguard.capture",
        "leakguard.captur=7/s, leakguard.captur",
        "leakguard.scope.grace=soon, leakguard.scope.grace",
        "leakguard.watch.interval=often, leakguard.watch.interval",
        "leakguard.watch.deleted.limit=much, leakguard.watch.deleted.limit",
        "leakguard.watch.intervall=1s, leakguard.watch.intervall",
        "leakguard.jdbc.sql.max=all, leakguard.jdbc.sql.max",
        "leakguard.jdbc.sql.maxx=1, leakguard.jdbc.sql.maxx",
        "leakguard.spring.web=maybe, leakguard.spring.web",
        "leakguard.spring.webb=true, leakguard.spring.webb",
    })
    void a_wrong_setting_ends_the_start_with_its_name_and_value(String setting, String name) {
        assertThatThrownBy(() -> run(Contexts.Empty.class, "--" + setting))
                .extracting(thrown -> ExceptionUtils.readStackTrace(thrown))
                .asString()
                .contains(name)
                .containsPattern("give|the settings are");
    }

    @Test
    void a_list_may_have_an_index_for_each_of_its_values() {
        try (ConfigurableApplicationContext context = run(
                Contexts.Empty.class, "--leakguard.app.packages[0]=com.acme", "--leakguard.app.packages[1]=org.acme")) {
            assertThat(context.getBean(LeakGuard.class)
                            .isApplicationFrame(new StackTraceElement("org.acme.Main", "main", "Main.java", 1)))
                    .isTrue();
        }
    }

    @Test
    void settings_of_the_watch_and_of_data_sources_reach_them() {
        MockEnvironment environment = new MockEnvironment()
                .withProperty("leakguard.watch.socket.interval", "7s")
                .withProperty("leakguard.watch.deleted.limit", "2MiB")
                .withProperty("leakguard.jdbc.exclude-beans", "audit,old");
        WatchOptions watch = GuardSettings.watch(environment);

        assertThat(watch.socketInterval()).hasSeconds(7);
        assertThat(watch.deletedLimit()).isEqualTo(2 << 20);
        assertThat(watch.warning()).isEqualTo(WatchOptions.defaults().warning());
        assertThat(new JdbcSettings(environment).excludes("old")).isTrue();
        assertThat(new JdbcSettings(environment).excludes("orders")).isFalse();
    }

    @Test
    void a_context_that_fails_to_start_leaves_no_guard() {
        assertThatThrownBy(() -> run(Contexts.Failing.class)).hasStackTraceContaining("on purpose");
    }

    @Test
    void switched_off_there_is_no_guard_nor_anything_of_it() {
        try (ConfigurableApplicationContext context = run(Contexts.Empty.class, "--leakguard.enabled=false")) {
            assertThat(context.getBeanNamesForType(LeakGuard.class)).isEmpty();
            assertThat(context.getBeanDefinitionNames())
                    .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).contains("leak"));
        }
    }

    @Test
    void two_contexts_have_a_guard_each_and_the_one_that_is_left_is_the_process_wide_one() {
        ConfigurableApplicationContext first = run(Contexts.Empty.class, "--leakguard.name=first");
        ConfigurableApplicationContext second = run(Contexts.Empty.class, "--leakguard.name=second");
        assertThat(LeakGuard.global().name()).isEqualTo("second");
        second.close();
        assertThat(LeakGuard.global().name()).isEqualTo("first");
        assertThat(first.getBean(LeakGuard.class).isEnabled()).isTrue();
        first.close();
    }

    @Test
    void a_process_wide_guard_that_was_there_before_is_used_and_left_open() {
        try (LeakGuard before = LeakGuard.builder().name("before").build()) {
            LeakGuard.setGlobal(before);
            try (ConfigurableApplicationContext context = run(Contexts.Empty.class)) {
                assertThat(context.getBean(LeakGuard.class)).isSameAs(before);
            }
            assertThat(before.isEnabled()).isTrue();
            assertThat(LeakGuard.setGlobal(null)).isSameAs(before);
        }
        ActiveGuard.set(LeakGuard.disabled());
        ActiveGuard.replace(LeakGuard.disabled(), null);
    }

    @Test
    void an_applications_own_guard_takes_the_place() {
        LeakGuard own;
        try (ConfigurableApplicationContext context = run(Contexts.Own.class)) {
            own = context.getBean(LeakGuard.class);
            assertThat(own.name()).isEqualTo("own");
            assertThat(LeakGuard.global()).isSameAs(own);
        }
        assertThat(own.isEnabled()).isFalse();
    }

    @Test
    void listeners_are_told_what_is_open_at_the_end() {
        Contexts.Listening.AT_SHUTDOWN.clear();
        Object handle = new Object();
        try (ConfigurableApplicationContext context = run(Contexts.Listening.class)) {
            context.getBean(LeakGuard.class).track(handle, ResourceKind.of("test.left"), "left open");
        }
        assertThat(handle).isNotNull();
        assertThat(Contexts.Listening.AT_SHUTDOWN).anyMatch(text -> text.contains("left open"));
    }

    @Test
    void a_context_that_no_application_starts_has_a_guard_too() {
        try (var context =
                new org.springframework.context.annotation.AnnotationConfigApplicationContext(Contexts.Empty.class)) {
            assertThat(context.getBean(LeakGuard.class)).isSameAs(LeakGuard.global());
            assertThat(List.of(context.getBeanNamesForType(LeakGuard.class))).hasSize(1);
        }
    }
}
