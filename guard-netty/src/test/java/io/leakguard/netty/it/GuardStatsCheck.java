package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import java.util.function.LongSupplier;
import org.awaitility.Awaitility;

/** Asserts on a guard's counts. */
final class GuardStatsCheck {
    private GuardStatsCheck() {}

    static void nothingOpen(LeakGuard guard, ResourceKind kind) {
        noneOpen(guard, kind);
        assertThat(guard.stats().of(kind).leaked()).isZero();
    }

    static void noneOpen(LeakGuard guard) {
        awaitNone(guard, "", () -> guard.stats().open());
    }

    static void noneOpen(LeakGuard guard, ResourceKind kind) {
        awaitNone(guard, kind.toString(), () -> guard.stats().of(kind).open());
        assertThat(guard.stats().internalErrors()).isZero();
    }

    /** What is closed is counted by Netty's threads, after whoever waited for the close. */
    private static void awaitNone(LeakGuard guard, String what, LongSupplier open) {
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .untilAsserted(() -> assertThat(open.getAsLong())
                        .as(() -> "open " + what + ": " + guard.open().toText())
                        .isZero());
    }
}
