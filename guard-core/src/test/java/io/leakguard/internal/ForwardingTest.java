package io.leakguard.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.internal.track.ScopedExecutor;
import io.leakguard.internal.track.ScopedFuture;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** On each JDK that the tests run on: no method was added that leaves the scope. */
class ForwardingTest {

    private static String signature(Method m) {
        return m.getName() + Arrays.toString(m.getParameterTypes());
    }

    private static Set<String> declared(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(m -> !m.isBridge())
                .map(ForwardingTest::signature)
                .collect(Collectors.toSet());
    }

    private static boolean takesFunction(Method m) {
        return Arrays.stream(m.getParameterTypes())
                .anyMatch(p -> p.getName().startsWith("java.util.function.") || p == Runnable.class);
    }

    @Test
    void a_scoped_future_overrides_every_method_that_takes_a_function() {
        Set<String> ours = declared(ScopedFuture.class);
        List<String> missing = Arrays.stream(CompletableFuture.class.getMethods())
                .filter(m -> !Modifier.isStatic(m.getModifiers()) && !m.isBridge())
                .filter(ForwardingTest::takesFunction)
                .map(ForwardingTest::signature)
                .filter(s -> !ours.contains(s))
                .toList();
        assertThat(missing).isEmpty();
        assertThat(ours).hasSizeGreaterThan(40);
    }

    @Test
    void a_scoped_future_overrides_every_method_that_makes_another_stage() {
        Set<String> ours = declared(ScopedFuture.class);
        // These return this, or make the stage by newIncompleteFuture.
        Set<String> safe = Set.of("toCompletableFuture", "orTimeout", "completeOnTimeout", "copy");
        List<String> missing = Arrays.stream(CompletableFuture.class.getMethods())
                .filter(m -> !Modifier.isStatic(m.getModifiers()) && !m.isBridge())
                .filter(m -> CompletionStage.class.isAssignableFrom(m.getReturnType()))
                .filter(m -> !safe.contains(m.getName()))
                .map(ForwardingTest::signature)
                .filter(s -> !ours.contains(s))
                .toList();
        assertThat(missing).isEmpty();
    }

    @Test
    void a_scoped_executor_overrides_every_method() {
        Set<String> ours = declared(ScopedExecutor.class);
        List<String> missing = Arrays.stream(ExecutorService.class.getMethods())
                .filter(m -> !Modifier.isStatic(m.getModifiers()))
                .map(ForwardingTest::signature)
                .filter(s -> !ours.contains(s))
                .toList();
        assertThat(missing).isEmpty();
    }

    @Test
    void a_function_is_recognised() throws NoSuchMethodException {
        assertThat(takesFunction(CompletableFuture.class.getMethod("thenApply", Function.class)))
                .isTrue();
        assertThat(takesFunction(CompletableFuture.class.getMethod("join"))).isFalse();
    }
}
