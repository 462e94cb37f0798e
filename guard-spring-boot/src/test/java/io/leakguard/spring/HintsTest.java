package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.LeakGuard;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.FieldHint;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.context.annotation.ImportRuntimeHints;

/** What is in the hints for a native image. An image itself is not built here. */
class HintsTest {

    private static RuntimeHints hints() {
        RuntimeHints hints = new RuntimeHints();
        new LeakGuardHints().registerHints(hints, HintsTest.class.getClassLoader());
        return hints;
    }

    @Test
    void they_are_imported() {
        assertThat(LeakGuardAutoConfiguration.class
                        .getAnnotation(ImportRuntimeHints.class)
                        .value())
                .containsExactly(LeakGuardHints.class);
    }

    @Test
    void the_files_of_the_page_are_in_the_image() {
        for (String file : new String[] {"report.js", "report.css"}) {
            assertThat(LeakGuard.class.getResource("/io/leakguard/report/" + file))
                    .isNotNull();
            assertThat(RuntimeHintsPredicates.resource().forResource("io/leakguard/report/" + file))
                    .accepts(hints());
        }
    }

    @Test
    void the_field_that_a_proxy_of_hikari_needs_can_be_reached() throws Exception {
        assertThat(HikariDataSource.class.getDeclaredField("pool")).isNotNull();
        assertThat(Objects.requireNonNull(hints().reflection().getTypeHint(HikariDataSource.class))
                        .fields())
                .extracting(FieldHint::getName)
                .containsExactly("pool");
    }

    @Test
    void the_early_listener_can_be_made() {
        assertThat(Objects.requireNonNull(hints().reflection().getTypeHint(EarlyGuard.class))
                        .constructors())
                .allSatisfy(c -> assertThat(c.getMode()).isEqualTo(ExecutableMode.INVOKE))
                .hasSize(1);
    }

    @Test
    void the_proxys_class_is_known_when_an_image_is_built() {
        try (var context = new org.springframework.context.annotation.AnnotationConfigApplicationContext()) {
            context.registerBean("plain", HikariDataSource.class, () -> new HikariDataSource());
            context.register(LeakGuardAutoConfiguration.class, LeakGuardJdbcAutoConfiguration.class);
            context.refreshForAotProcessing(new RuntimeHints());
            Class<?> type =
                    context.getBean(GuardedDataSources.class).determineBeanType(HikariDataSource.class, "plain");
            assertThat(HikariDataSource.class).isAssignableFrom(type);
            assertThat(type).isNotEqualTo(HikariDataSource.class);
        }
    }
}
