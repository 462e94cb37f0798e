package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;

/** Asserts on a guard's counts. */
final class GuardStatsCheck {
    private GuardStatsCheck() {}

    static void nothingOpen(LeakGuard guard, ResourceKind kind) {
        noneOpen(guard, kind);
        assertThat(guard.stats().of(kind).leaked()).isZero();
    }

    static void noneOpen(LeakGuard guard, ResourceKind kind) {
        assertThat(guard.stats().of(kind).open())
                .as("open %s: %s", kind, guard.open().toText())
                .isZero();
        assertThat(guard.stats().internalErrors()).isZero();
    }
}
