package io.leakguard.telemetry;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener.Registration;
import io.leakguard.SiteLeaks;
import io.leakguard.report.HtmlReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * Registers a guard with JMX as a {@link LeakGuardMXBean}, under {@code io.leakguard:type=LeakGuard,name="<its name>"}.
 * Nothing is registered unless this is called. Needs the module {@code java.management}. Thread-safe.
 *
 * {@snippet :
 * LeakListener.Registration jmx = LeakGuardJmx.register(guard);
 * }
 */
public final class LeakGuardJmx {

    private LeakGuardJmx() {}

    /**
     * Registers a guard with the platform's MBean server.
     *
     * @param guard the guard
     * @return a registration that removes the bean
     * @throws IllegalArgumentException if a guard of that name is registered already
     */
    public static Registration register(LeakGuard guard) {
        return register(guard, ManagementFactory.getPlatformMBeanServer());
    }

    /**
     * Registers a guard with an MBean server.
     *
     * @param guard the guard
     * @param server the server
     * @return a registration that removes the bean
     * @throws IllegalArgumentException if a guard of that name is registered already
     */
    public static Registration register(LeakGuard guard, MBeanServer server) {
        ObjectName name;
        try {
            name = new ObjectName("io.leakguard:type=LeakGuard,name=" + ObjectName.quote(guard.name()));
            server.registerMBean(new StandardMBean(new Bean(guard), LeakGuardMXBean.class, true), name);
        } catch (InstanceAlreadyExistsException e) {
            throw new IllegalArgumentException(
                    "a guard named '" + guard.name()
                            + "' is registered with JMX already: close its registration, or give"
                            + " this guard another name (LeakGuard.builder().name(…))",
                    e);
        } catch (JMException e) {
            throw new IllegalArgumentException("the MBean server refuses guard '" + guard.name() + "'", e);
        }
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            if (closed.compareAndSet(false, true)) {
                unregister(server, name);
            }
        };
    }

    private static void unregister(MBeanServer server, ObjectName name) {
        try {
            server.unregisterMBean(name);
        } catch (InstanceNotFoundException e) {
            // Another caller has removed it already, as intended here.
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Bean implements LeakGuardMXBean {

        private static final int MAX_SITES = 50;

        private final LeakGuard guard;
        private volatile GuardStats atReset = new GuardStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of());

        Bean(LeakGuard guard) {
            this.guard = guard;
        }

        private long since(ToLongFunction<GuardStats> count) {
            return count.applyAsLong(guard.stats()) - count.applyAsLong(atReset);
        }

        @Override
        public String getName() {
            return guard.name();
        }

        @Override
        public boolean isEnabled() {
            return guard.isEnabled();
        }

        @Override
        public long getOpened() {
            return since(GuardStats::opened);
        }

        @Override
        public long getClosed() {
            return since(GuardStats::closed);
        }

        @Override
        public long getCollected() {
            return since(GuardStats::collected);
        }

        @Override
        public long getOpen() {
            return guard.stats().open();
        }

        @Override
        public long getLeaked() {
            return since(GuardStats::leaked);
        }

        @Override
        public long getCaptured() {
            return since(GuardStats::captured);
        }

        @Override
        public long getReported() {
            return since(GuardStats::reported);
        }

        @Override
        public long getSuppressed() {
            return since(GuardStats::suppressed);
        }

        @Override
        public long getDropped() {
            return since(GuardStats::dropped);
        }

        @Override
        public long getListenerFailures() {
            return since(GuardStats::listenerFailures);
        }

        @Override
        public long getInternalErrors() {
            return since(GuardStats::internalErrors);
        }

        @Override
        public String getCapture() {
            return guard.captureBudget().toString();
        }

        @Override
        public void setCapture(String capture) {
            guard.captureBudget(CaptureBudget.parse(capture));
        }

        @Override
        public String getHealth() {
            return LeakGuardHealth.of(guard).check().status().name();
        }

        @Override
        public String openResources() {
            return guard.open().toText();
        }

        @Override
        public void writeReport(String file) throws IOException {
            // A caller of this operation must not be able to overwrite any file.
            if (!file.endsWith(".html")) {
                throw new IllegalArgumentException("report file '" + file + "': give a path that ends in .html");
            }
            HtmlReport.of(guard).writeTo(Path.of(file));
        }

        @Override
        public String leaks() {
            List<SiteLeaks> sites = guard.leaks();
            if (sites.isEmpty()) {
                return "no leaks";
            }
            StringBuilder out = new StringBuilder();
            for (SiteLeaks site : sites.subList(0, Math.min(sites.size(), MAX_SITES))) {
                out.append(out.length() == 0 ? "" : "\n")
                        .append(site.occurrences())
                        .append("  ")
                        .append(site.kind())
                        .append(' ')
                        .append(site.cause().text(site.kind()))
                        .append(" · opened at ")
                        .append(site.siteText())
                        .append(site.pathText().isEmpty() ? "" : " " + site.pathText())
                        .append(" · last ")
                        .append(site.lastSeen());
            }
            if (sites.size() > MAX_SITES) {
                out.append("\n… ").append(sites.size() - MAX_SITES).append(" more paths");
            }
            return out.toString();
        }

        @Override
        public String health() {
            return LeakGuardHealth.of(guard).check().toText();
        }

        @Override
        public void reset() {
            atReset = guard.stats();
            guard.forgetLeaks();
        }
    }
}
