package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.ContextProvider;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class ContextProviderTest {

    private static final ResourceKind KIND = ResourceKind.of("test.context");

    private final Leaks.Recorder recorder = new Leaks.Recorder();

    private static ContextProvider provider(
            Supplier<@Nullable Object> capture, Function<Object, Map<String, String>> f) {
        return new ContextProvider() {
            @Override
            public @Nullable Object capture() {
                return capture.get();
            }

            @Override
            public Map<String, String> describe(Object captured) {
                return f.apply(captured);
            }
        };
    }

    private LeakGuardBuilder guard() {
        return LeakGuard.builder().log(false).listener(recorder);
    }

    @Test
    void what_a_provider_captured_on_the_opening_thread_is_in_the_report_and_described_on_the_reporters_thread() {
        AtomicReference<String> describedOn = new AtomicReference<>();
        ThreadLocal<String> tenant = new ThreadLocal<>();
        tenant.set("acme");
        try (LeakGuard guard = guard().context(provider(tenant::get, captured -> {
                    describedOn.set(Thread.currentThread().getName());
                    return Map.of("tenant", captured.toString());
                }))
                .build()) {
            Leaks.forget(guard, KIND, "");

            assertThat(recorder.await(KIND).attributes()).containsExactly(Map.entry("tenant", "acme"));
            assertThat(describedOn.get()).startsWith("leakguard-reporter");
        }
    }

    @Test
    void chosen_keys_of_the_mdc_are_in_the_report_and_others_are_not() {
        MDC.put("tenant", "acme");
        MDC.put("password", "secret");
        try (LeakGuard guard = guard().mdc("tenant", "job").build()) {
            Leaks.forget(guard, KIND, "");
            MDC.clear();

            LeakReport report = recorder.await(KIND);
            assertThat(report.attributes()).containsExactly(Map.entry("tenant", "acme"));
            assertThat(report.toText()).contains("tenant=acme").doesNotContain("secret");
        } finally {
            MDC.clear();
        }
    }

    @Test
    void an_attribute_of_the_scope_wins_over_a_providers() {
        try (LeakGuard guard = guard().context(provider(() -> "", c -> Map.of("tenant", "provider", "job", "nightly")))
                .build()) {
            LeakScope scope = guard.openScope("event").attribute("tenant", "scope");
            Leaks.forget(guard, KIND, "");
            LeakReport report = recorder.await(KIND);
            scope.close();

            assertThat(report.attributes()).containsEntry("tenant", "scope").containsEntry("job", "nightly");
        }
    }

    @Test
    void a_provider_that_throws_is_counted_and_changes_nothing_else() {
        try (LeakGuard guard = guard().context(provider(
                        () -> {
                            throw new IllegalStateException("capture");
                        },
                        c -> Map.of()))
                .context(provider(() -> "", c -> {
                    throw new IllegalStateException("describe");
                }))
                .context(provider(() -> "", c -> Map.of("job", "nightly")))
                .build()) {
            Leaks.forget(guard, KIND, "");

            assertThat(recorder.await(KIND).attributes()).containsExactly(Map.entry("job", "nightly"));
            assertThat(guard.stats().listenerFailures()).isEqualTo(2);
            assertThat(guard.stats().internalErrors()).isZero();
        }
    }

    @Test
    void a_provider_that_opens_a_resource_itself_is_not_asked_again_for_that_one() {
        AtomicReference<LeakGuard> guard = new AtomicReference<>();
        try (LeakGuard g = guard().context(provider(
                        () -> guard.get()
                                        .track(new Object(), ResourceKind.CLOSEABLE)
                                        .close()
                                ? ""
                                : null,
                        c -> Map.of("asked", "once")))
                .build()) {
            guard.set(g);
            Leaks.forget(g, KIND, "");

            assertThat(recorder.await(KIND).attributes()).containsEntry("asked", "once");
            assertThat(g.stats().opened()).isEqualTo(2);
        }
    }

    @Test
    void an_mdc_setting_without_a_key_is_refused_with_the_fix() {
        assertThatThrownBy(() -> LeakGuard.builder().property("mdc", "tenant,,job"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tenant,,job")
                .hasMessageContaining("separated by commas");
    }
}
