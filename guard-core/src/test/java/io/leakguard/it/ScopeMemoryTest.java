package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Scopes keep nothing: neither trackers, nor each other, nor anything on a thread. */
class ScopeMemoryTest extends GuardFixture {

    private final ExecutorService pool = Executors.newSingleThreadExecutor();

    @AfterEach
    void end_the_pool() {
        pool.shutdownNow();
    }

    @Override
    LeakGuardBuilder configure(LeakGuardBuilder builder) {
        return builder.capture(io.leakguard.CaptureBudget.perSecond(100));
    }

    @Test
    void a_scope_that_lives_long_keeps_no_tracker_of_the_million_resources_that_were_closed_in_it() {
        try (LeakScope scope = guard.openScope("daemon")) {
            List<WeakReference<LeakTracker>> some = new ArrayList<>();
            for (int i = 0; i < 1_000_000; i++) {
                Thing thing = new Thing(guard);
                if (i % 100_000 == 0) {
                    some.add(new WeakReference<>(thing.leakTracker()));
                }
                thing.close();
            }
            Gc.until(() -> some.stream().allMatch(t -> t.get() == null));
            assertThat(scope.openCount()).isZero();
        }
    }

    @Test
    void after_a_burst_of_open_resources_their_trackers_are_let_go() {
        try (LeakScope scope = guard.openScope("daemon")) {
            List<WeakReference<LeakTracker>> burst = burst(50_000, null);
            Gc.until(() -> alive(burst) < 1_024);
            assertThat(scope.openCount()).isZero();
        }
    }

    @Test
    void after_a_burst_of_children_their_trackers_are_let_go() {
        Thing connection = new Thing(guard, "connection");
        List<WeakReference<LeakTracker>> burst = burst(50_000, connection);
        Gc.until(() -> alive(burst) < 1_024);
        connection.close();
    }

    private List<WeakReference<LeakTracker>> burst(int n, Thing parent) {
        List<Thing> open = new ArrayList<>();
        List<WeakReference<LeakTracker>> trackers = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Thing thing = new Thing(guard, Thing.KIND, null, parent);
            open.add(thing);
            trackers.add(new WeakReference<>(thing.leakTracker()));
        }
        open.forEach(Thing::close);
        return trackers;
    }

    private static long alive(List<WeakReference<LeakTracker>> trackers) {
        return trackers.stream().filter(t -> t.get() != null).count();
    }

    /** What the handle stands for, which threads and trackers reference. */
    private static WeakReference<Object> inside(LeakScope scope) {
        try {
            Field field = scope.getClass().getDeclaredField("scope");
            field.setAccessible(true);
            return new WeakReference<>(field.get(scope));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    @Test
    void a_scope_that_has_ended_is_collected_though_its_threads_live_on() throws Exception {
        List<WeakReference<Object>> ended = new ArrayList<>();
        ended.add(openAndClose());
        ended.add(pool.submit((Callable<WeakReference<Object>>) this::openAndClose)
                .get());
        ended.add(closedElsewhere());
        ended.add(guard.propagate(pool).submit(this::forget).get());
        ended.add(pool.submit((Callable<WeakReference<Object>>) this::forget).get());
        Gc.until(() -> ended.stream().allMatch(s -> s.get() == null));
    }

    private WeakReference<Object> openAndClose() {
        try (LeakScope scope = guard.openScope("outer");
                LeakScope inner = guard.openScope("inner")) {
            new Thing(guard).close();
            assertThat(inner.openCount()).isZero();
            return inside(scope);
        }
    }

    private WeakReference<Object> closedElsewhere() throws Exception {
        AtomicReference<LeakScope> scope = new AtomicReference<>();
        pool.submit(() -> scope.set(guard.openScope("closed elsewhere"))).get();
        WeakReference<Object> inside = inside(scope.get());
        scope.get().close();
        return inside;
    }

    private WeakReference<Object> forget() {
        return inside(guard.openScope("forgotten"));
    }

    @Test
    void a_pool_that_outlives_the_guard_does_not_keep_its_class_loader() throws Exception {
        pool.submit(() -> {}).get(); // its thread belongs to this loader
        System.getProperties().put("test.pool", pool);
        try {
            WeakReference<ClassLoader> loader = GuardLeavesNothingTest.useInAnotherLoader(OnAPool.class);
            Gc.until(() -> loader.get() == null);
            pool.submit(() -> {}).get();
        } finally {
            System.getProperties().remove("test.pool");
        }
    }

    /** Leaves scopes on a thread that lives on, in all the ways that there are. */
    public static final class OnAPool implements Runnable {
        private static final List<Object> HELD = new ArrayList<>();

        @Override
        public void run() {
            try (LeakGuard guard = LeakGuard.builder().log(false).build()) {
                ExecutorService pool = (ExecutorService) System.getProperties().get("test.pool");
                LeakScope elsewhere = guard.openDetachedScope("elsewhere", null);
                pool.submit(() -> {
                            HELD.add(guard.openScope("never closed, held"));
                            guard.openScope("never closed, forgotten");
                            HELD.add(elsewhere.bind());
                            new Thing(guard).close();
                        })
                        .get();
                AtomicReference<LeakScope> async = new AtomicReference<>();
                pool.submit(() -> async.set(guard.openScope("closed by another thread")))
                        .get();
                async.get().close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
