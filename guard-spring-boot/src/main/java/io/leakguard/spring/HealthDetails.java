package io.leakguard.spring;

import io.leakguard.telemetry.LeakGuardHealth;
import java.util.function.BiConsumer;

/** What the health of the guard tells, in Boot 3 and in Boot 4. */
final class HealthDetails {

    private HealthDetails() {}

    static void of(LeakGuardHealth.Health now, BiConsumer<String, Object> detail) {
        detail.accept("guard", now.guard());
        detail.accept("reasons", now.reasons());
        now.figures().forEach(detail);
    }
}
