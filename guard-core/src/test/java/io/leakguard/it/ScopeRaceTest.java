package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stress: whatever happens at once, what escaped is reported once, and what was closed or handed off isn't. */
class ScopeRaceTest extends GuardFixture {

    private static final int ROUNDS = 4_000;
    /** Fewer than a listener's queue holds. */
    private static final int BATCH = LeakListener.QUEUE_CAPACITY / 4;

    private static final ScopeOptions NO_GRACE = ScopeOptions.create().grace(Duration.ZERO);

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final CyclicBarrier barrier = new CyclicBarrier(2);

    @Override
    LeakGuardBuilder configure(LeakGuardBuilder builder) {
        return builder.capture(io.leakguard.CaptureBudget.none()).escalation(Duration.ZERO);
    }

    @AfterEach
    void end_the_pool() {
        pool.shutdownNow();
    }

    private interface Step {
        void run() throws Exception;
    }

    /** Runs two steps at the same moment, as nearly as that can be. */
    private void atOnce(Step here, Step there) throws Exception {
        Future<?> other = pool.submit(() -> {
            barrier.await();
            there.run();
            return null;
        });
        barrier.await();
        here.run();
        other.get();
    }

    private void settle(int round) {
        if (round % BATCH == BATCH - 1 || round == ROUNDS - 1) {
            assertThat(guard.flush(LONG)).isTrue();
        }
    }

    @Test
    void scope_end_against_close() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            LeakScope scope = guard.openScope("round " + i, NO_GRACE);
            Thing thing = new Thing(guard, "round " + i);
            atOnce(scope::close, thing::close);
            settle(i);
        }
        assertThat(guard.flush(LONG)).isTrue();
        // What was reported had not been closed yet, so that its late release was told, each once.
        List<String> reported = reports().stream().map(LeakReport::description).toList();
        assertThat(reported).doesNotHaveDuplicates();
        assertThat(released()).extracting(LeakReport::description).containsExactlyInAnyOrderElementsOf(reported);
        assertThat(guard.stats().of(Thing.KIND).open()).isZero();
        assertThat(guard.stats().dropped()).isZero();
    }

    @Test
    void scope_end_against_hand_off() throws Exception {
        LeakScope heir = guard.openDetachedScope("heir", null, NO_GRACE);
        List<Thing> held = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            LeakScope scope = guard.openScope("round " + i, NO_GRACE);
            Thing thing = new Thing(guard, "round " + i);
            held.add(thing);
            atOnce(scope::close, () -> assertThat(heir.adopt(thing)).isTrue());
            settle(i);
        }
        assertThat(heir.openCount()).isEqualTo(ROUNDS);
        int tooLate = reports().size();
        for (int i = 0; i < ROUNDS; i++) {
            if (i % 4 != 0) {
                held.get(i).close();
            }
            settle(i);
        }
        heir.close();
        assertThat(guard.flush(LONG)).isTrue();
        // Not lost: each that is still open was reported, by the first or by the second scope. Not doubled either.
        List<String> reported = reports().stream().map(LeakReport::description).toList();
        assertThat(reported).doesNotHaveDuplicates();
        for (int i = 0; i < ROUNDS; i += 4) {
            assertThat(reported).contains("round " + i);
        }
        assertThat(reported.size()).isBetween(ROUNDS / 4, ROUNDS / 4 + tooLate);
        assertThat(guard.stats().of(Thing.KIND).leaked()).isEqualTo(reported.size());
        assertThat(guard.stats().dropped()).isZero();
        held.forEach(Thing::close);
    }

    @Test
    void release_against_adoption() throws Exception {
        LeakScope other = guard.openDetachedScope("other", null, NO_GRACE);
        try (LeakScope outer = guard.openScope("outer")) {
            int adopted = 0;
            List<Thing> held = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                LeakScope inner = guard.openScope("inner", NO_GRACE);
                Thing thing = new Thing(guard, "round " + i);
                held.add(thing);
                boolean[] released = new boolean[1];
                atOnce(
                        () -> released[0] = inner.release(thing),
                        () -> assertThat(other.adopt(thing)).isTrue());
                inner.close();
                adopted++;
                // Whoever came first, the adoption holds: nobody takes it away again.
                assertThat(other.openCount()).isEqualTo(adopted);
                assertThat(outer.openCount()).isZero();
                if (adopted == 64) {
                    held.forEach(Thing::close);
                    held.clear();
                    adopted = 0;
                }
            }
            held.forEach(Thing::close);
        }
        other.close();
        afterGrace();
        assertThat(reports()).isEmpty();
    }

    @Test
    void forgetting_against_close() throws Exception {
        ExecutorService executor = guard.propagate(pool);
        for (int i = 0; i < ROUNDS; i++) {
            String name = "round " + i;
            LeakScope[] scope = new LeakScope[1];
            Future<?> task = executor.submit(() -> {
                scope[0] = guard.openScope(name, NO_GRACE);
                barrier.await();
                return null; // and forgets it
            });
            barrier.await();
            scope[0].close();
            task.get();
            settle(i);
        }
        assertThat(guard.flush(LONG)).isTrue();
        List<String> reported = reports().stream().map(LeakReport::description).toList();
        assertThat(reported).doesNotHaveDuplicates();
        assertThat(reports()).allMatch(r -> r.kind() == ResourceKind.SCOPE && r.cause() == LeakCause.ESCAPED_SCOPE);
        assertThat(released()).extracting(LeakReport::description).containsExactlyInAnyOrderElementsOf(reported);
        assertThat(guard.stats().of(ResourceKind.SCOPE).open()).isZero();
        assertThat(guard.stats().dropped()).isZero();
    }

    @Test
    void opening_against_scope_end_loses_nothing() throws Exception {
        List<Thing> held = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            String name = "round " + i;
            LeakScope scope = guard.openDetachedScope(name, null, NO_GRACE);
            Thing[] thing = new Thing[1];
            atOnce(scope::close, scope.wrap(() -> thing[0] = new Thing(guard, name))::run);
            held.add(thing[0]);
            settle(i);
        }
        assertThat(guard.flush(LONG)).isTrue();
        // Either it was in the scope, and escaped, or it was opened after the end and belongs to none.
        assertThat(reports()).extracting(LeakReport::description).doesNotHaveDuplicates();
        assertThat(reports()).allMatch(r -> r.scopes().equals(List.of(r.description())));
        assertThat(guard.stats().of(Thing.KIND).leaked()).isEqualTo(reports().size());
        held.forEach(Thing::close);
    }
}
