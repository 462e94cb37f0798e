package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import kotlin.coroutines.AbstractCoroutineContextElement;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.Deferred;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.GlobalScope;
import kotlinx.coroutines.ThreadContextElement;
import kotlinx.coroutines.future.FutureKt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Coroutines of kotlinx, whose threads get the scope by Micrometer's context propagation, as Spring's coroutines do. */
class CoroutinesTest {

    private static final int MANY = 200;

    private final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    private LeakGuard guard = LeakGuard.disabled();

    @BeforeEach
    void open() {
        guard = LeakGuard.builder().log(false).listener(reports::add).build();
        ActiveGuard.set(guard);
    }

    @AfterEach
    void close() {
        guard.close();
        ActiveGuard.replace(guard, null);
    }

    /** What Spring's {@code PropagationContextElement} does. */
    private static final class Carried extends AbstractCoroutineContextElement
            implements ThreadContextElement<ContextSnapshot.Scope> {

        static final CoroutineContext.Key<Carried> KEY = new CoroutineContext.Key<>() {};

        private final ContextSnapshot snapshot =
                ContextSnapshotFactory.builder().build().captureAll();

        Carried() {
            super(KEY);
        }

        @Override
        public ContextSnapshot.Scope updateThreadContext(CoroutineContext context) {
            return snapshot.setThreadLocals();
        }

        @Override
        public void restoreThreadContext(CoroutineContext context, ContextSnapshot.Scope before) {
            before.close();
        }
    }

    /** A coroutine that goes from one pool to another: it is suspended meanwhile. */
    private static Deferred<String> start(CoroutineContext context, Supplier<String> work) {
        return BuildersKt.async(
                GlobalScope.INSTANCE,
                context.plus(Dispatchers.getDefault()),
                CoroutineStart.DEFAULT,
                (scope, continuation) -> BuildersKt.withContext(
                        (CoroutineContext) Dispatchers.getIO(), (inner, end) -> work.get(), continuation));
    }

    private static String await(Deferred<String> coroutine) {
        return FutureKt.asCompletableFuture(coroutine).join();
    }

    private String name() {
        return guard.currentScope().map(LeakScope::name).orElse("none");
    }

    @Test
    void many_coroutines_on_few_threads_are_each_in_the_scope_of_who_started_them() {
        List<Deferred<String>> started = new ArrayList<>();
        List<LeakScope> scopes = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            LeakScope scope = guard.openDetachedScope("request " + i, null);
            scopes.add(scope);
            try (var binding = scope.bind()) {
                started.add(start(new Carried(), this::name));
            }
        }
        for (int i = 0; i < MANY; i++) {
            assertThat(await(started.get(i))).isEqualTo("request " + i);
        }
        scopes.forEach(LeakScope::close);

        for (int i = 0; i < MANY; i++) {
            assertThat(await(start(EmptyCoroutineContext.INSTANCE, this::name))).isEqualTo("none");
        }
        assertThat(guard.flush(Application.BOUND)).isTrue();
        assertThat(reports).isEmpty();
    }

    @Test
    void what_a_coroutine_leaves_open_is_its_requests() {
        try (LeakScope scope = guard.openScope("request")) {
            await(start(new Carried(), () -> {
                guard.track(new Object(), ResourceKind.of("test.coroutine"));
                return scope.name();
            }));
        }
        Application.until(() -> !reports.isEmpty());

        assertThat(reports.get(0).scopes()).containsExactly("request");
    }
}
