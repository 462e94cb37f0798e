package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class LeakScopeAccessorTest {

    private final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    private final LeakScopeAccessor accessor = new LeakScopeAccessor();
    private LeakGuard guard = LeakGuard.disabled();

    @BeforeEach
    void open() {
        guard = LeakGuard.builder().log(false).listener(reports::add).build();
        ActiveGuard.set(guard);
    }

    @AfterEach
    void close() {
        assertThat(name()).isEqualTo("none");
        guard.close();
        ActiveGuard.replace(guard, null);
        assertThat(accessor.getValue()).isNull();
    }

    private String name() {
        return guard.currentScope().map(LeakScope::name).orElse("none");
    }

    @Test
    void the_service_loader_finds_one_accessor() {
        assertThat(ContextRegistry.getInstance().getThreadLocalAccessors())
                .filteredOn(a -> a.key().equals(LeakScopeAccessor.KEY))
                .hasSize(1)
                .first()
                .isInstanceOf(LeakScopeAccessor.class);
    }

    @Test
    void a_snapshot_carries_the_scope_to_a_thread_of_a_pool_and_leaves_nothing_there() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        try (LeakScope scope = guard.openScope("request")) {
            ContextSnapshot snapshot = ContextSnapshotFactory.builder().build().captureAll();
            assertThat(pool.submit(snapshot.wrap(this::name)).get(60, TimeUnit.SECONDS))
                    .isEqualTo(scope.name());
            assertThat(pool.submit(this::name).get(60, TimeUnit.SECONDS)).isEqualTo("none");
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void reactor_carries_the_scope_of_who_subscribes() {
        try (LeakScope scope = guard.openScope("request")) {
            String seen = Mono.fromSupplier(this::name)
                    .subscribeOn(Schedulers.boundedElastic())
                    .contextCapture()
                    .handle((String there, reactor.core.publisher.SynchronousSink<String> sink) ->
                            sink.next(name() + ", " + there.length()))
                    .block();
            assertThat(seen).startsWith(scope.name());
        }
    }

    @Test
    void restores_that_come_out_of_order_end_all_the_same() {
        LeakScope first = guard.openDetachedScope("first", null);
        LeakScope second = guard.openDetachedScope("second", null);
        accessor.setValue(first);
        accessor.setValue(second);
        assertThat(name()).isEqualTo("second");

        accessor.restore(); // the outer one
        accessor.restore(first); // the inner one

        assertThat(name()).isEqualTo("none");
        first.close();
        second.close();
    }

    @Test
    void a_restore_too_many_does_nothing() {
        accessor.restore();
        accessor.restore(new Object());

        assertThat(name()).isEqualTo("none");
    }

    @Test
    void a_context_without_a_scope_leaves_the_threads_own() {
        try (LeakScope scope = guard.openScope("own")) {
            accessor.setValue();
            assertThat(name()).isEqualTo(scope.name());
            accessor.restore();
            assertThat(name()).isEqualTo(scope.name());
        }
    }

    @Test
    void a_scope_that_the_thread_opens_inside_is_not_taken_for_forgotten() {
        LeakScope request = guard.openDetachedScope("request", null);
        LeakScope job = guard.openDetachedScope("job", null);
        accessor.setValue(request);
        try (LeakScope inner = guard.openScope("inner")) {
            accessor.setValue(job);
            accessor.restore(request);
            assertThat(name()).isEqualTo(inner.name());
        }
        accessor.restore();
        request.close();
        job.close();
        assertThat(guard.flush(Application.BOUND)).isTrue();
        assertThat(reports).isEmpty();
    }

    @Test
    void who_never_restores_does_not_make_the_thread_keep_more_and_more() {
        LeakScope scope = guard.openDetachedScope("scope", null);
        for (int i = 0; i < 10_000; i++) {
            accessor.setValue(scope);
        }
        for (int i = 0; i < 64; i++) {
            accessor.restore();
        }
        assertThat(CarriedScopes.depth()).isZero();
        scope.close(); // what is still bound is to a scope that has ended
    }

    @Test
    void a_scope_that_has_ended_is_not_carried() {
        LeakScope scope = guard.openDetachedScope("over", null);
        scope.close();
        accessor.setValue(scope);
        assertThat(name()).isEqualTo("none");
        accessor.restore();
    }

    @Test
    void no_guard_is_made_where_there_is_none() {
        LeakGuard before = LeakGuard.setGlobal(null);
        ActiveGuard.set(LeakGuard.disabled());
        assertThat(accessor.getValue()).isNull();
        assertThat(LeakGuard.setGlobal(before)).isNull();
    }
}
