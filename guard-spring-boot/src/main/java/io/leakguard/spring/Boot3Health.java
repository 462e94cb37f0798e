package io.leakguard.spring;

import io.leakguard.telemetry.LeakGuardHealth;
import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/**
 * The guard's health for Boot 3. A degraded application is not down: its status {@code DEGRADED} is a status of its
 * own.
 */
final class Boot3Health implements HealthIndicator {

    private final Supplier<LeakGuardHealth> health;

    Boot3Health(Supplier<LeakGuardHealth> health) {
        this.health = health;
    }

    @Override
    public Health health() {
        LeakGuardHealth.Health now = health.get().check();
        Health.Builder builder = Health.status(now.status().name());
        HealthDetails.of(now, builder::withDetail);
        return builder.build();
    }
}
