package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import org.awaitility.Awaitility;

/** Asserts on a guard's counts. */
final class GuardStatsCheck {
    private GuardStatsCheck() {}

    static void nothingOpen(LeakGuard guard, ResourceKind kind) {
        noneOpen(guard, kind);
        assertThat(guard.stats().of(kind).leaked()).isZero();
    }

    static void noneOpen(LeakGuard guard) {
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .untilAsserted(() -> assertThat(guard.stats().open())
                        .as(() -> guard.open().toText())
                        .isZero());
    }

    static void noneOpen(LeakGuard guard, ResourceKind kind) {
        // What is closed is counted by Netty's threads, after whoever waited for the close.
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .untilAsserted(() -> assertThat(guard.stats().of(kind).open())
                        .as(() -> "open " + kind + ": " + guard.open().toText())
                        .isZero());
        assertThat(guard.stats().internalErrors()).isZero();
    }
}
