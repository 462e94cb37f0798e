package io.leakguard.agent.internal;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener.Registration;
import io.leakguard.telemetry.LeakGuardJfr;
import io.leakguard.telemetry.LeakGuardJmx;
import io.leakguard.watch.ResourceWatch;
import java.util.List;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/** The outlets that there are: each is a class of its own, since a runtime image may lack what it needs. */
final class Outlets {

    private final List<Outlet> all = List.of(new Bean(), new Recordings(), new Tracing());

    /** Registers a guard, and the watch if there is one, wherever the application is ready for it. */
    void look(LeakGuard guard, @Nullable ResourceWatch watch) {
        all.forEach(outlet -> outlet.look(guard, watch));
    }

    void remove() {
        all.forEach(Outlet::remove);
    }

    /** Where somebody has made an MBean server: making one is the business of application servers. */
    private static final class Bean extends Outlet {
        Bean() {
            super("the MBean server");
        }

        @Override
        @Nullable
        Registration register(LeakGuard guard, @Nullable ResourceWatch watch) {
            for (MBeanServer server : MBeanServerFactory.findMBeanServer(null)) {
                return LeakGuardJmx.register(guard, server);
            }
            return null;
        }
    }

    /** Where somebody records: starting the recorder takes a moment, and it is not the agent's business. */
    private static final class Recordings extends Outlet {
        Recordings() {
            super("the flight recorder");
        }

        @Override
        @Nullable
        Registration register(LeakGuard guard, @Nullable ResourceWatch watch) {
            return FlightRecorder.isInitialized() ? LeakGuardJfr.install(guard) : null;
        }
    }
}
