package io.leakguard.telemetry;

import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.PressureReport;
import io.leakguard.SiteLeaks;
import io.leakguard.internal.base.Json;
import io.leakguard.watch.FileDescriptors;
import io.leakguard.watch.ProcessMemory;
import io.leakguard.watch.ResourceWatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says whether the daemon is healthy, for its {@code /health} endpoint behind a load balancer.
 *
 * <ul>
 *   <li>{@link Status#DOWN DOWN}: at least 98 % of the file descriptors are used; the next connection may be refused.
 *       There is no other reason for {@code DOWN}: a daemon that leaks but works goes on working.
 *   <li>{@link Status#DEGRADED DEGRADED}: at least 80 % of them are used, or a leak was found, proven or suspected, in
 *       the last 10 minutes, or a {@linkplain Builder#watch watch} warns. Suppressed leaks don't count.
 *   <li>{@link Status#UP UP}: in all other cases; also if the guard is off or the descriptors can't be counted, and the
 *       answer says so.
 * </ul>
 *
 * <p>A check takes some microseconds and opens no descriptor if the platform allows that. Thread-safe.
 *
 * {@snippet :
 * LeakGuardHealth health = LeakGuardHealth.of(guard);
 * server.createContext("/health", exchange -> {
 *     LeakGuardHealth.Health now = health.check();
 *     byte[] body = now.toJson().getBytes(StandardCharsets.UTF_8);
 *     exchange.getResponseHeaders().set("Content-Type", "application/json");
 *     exchange.sendResponseHeaders(now.httpStatus(), body.length);
 *     exchange.getResponseBody().write(body);
 *     exchange.close();
 * });
 * }
 */
public final class LeakGuardHealth {

    private static final int MAX_REASONS = 10;

    private final LeakGuard guard;
    private final Duration window;
    private final double degradedAt;
    private final double downAt;
    private final @Nullable ResourceWatch watch;
    private final Supplier<OptionalLong> used;
    private final Supplier<OptionalLong> limit;

    LeakGuardHealth(Builder builder, Supplier<OptionalLong> used, Supplier<OptionalLong> limit) {
        this.guard = builder.guard;
        this.window = builder.window;
        this.degradedAt = builder.degradedAt;
        this.downAt = builder.downAt;
        this.watch = builder.watch;
        this.used = used;
        this.limit = limit;
    }

    /** The health of the daemon. */
    public enum Status {
        /** No fault is known. */
        UP,
        /** It works, but a problem should be checked before it stops working. */
        DEGRADED,
        /** It is about to fail: send it no more work. */
        DOWN
    }

    /**
     * Returns a health check with the defaults.
     *
     * @param guard the guard
     * @return a health check
     */
    public static LeakGuardHealth of(LeakGuard guard) {
        return builder(guard).build();
    }

    /**
     * Returns a builder.
     *
     * @param guard the guard
     * @return a new builder
     */
    public static Builder builder(LeakGuard guard) {
        return new Builder(Objects.requireNonNull(guard, "guard"));
    }

    /**
     * Checks the health of the daemon now.
     *
     * @return the status, with reasons and figures
     */
    public Health check() {
        Status status = Status.UP;
        List<String> reasons = new ArrayList<>();
        Map<String, Number> figures = new LinkedHashMap<>();

        OptionalLong usedNow = used.get();
        OptionalLong most = limit.get();
        OptionalDouble share = usedNow.isPresent() && most.isPresent() && most.getAsLong() > 0
                ? OptionalDouble.of((double) usedNow.getAsLong() / most.getAsLong())
                : OptionalDouble.empty();
        usedNow.ifPresent(n -> figures.put("file_descriptors_used", n));
        most.ifPresent(n -> figures.put("file_descriptors_limit", n));
        share.ifPresent(s -> figures.put("file_descriptor_utilization", s));
        if (share.isEmpty()) {
            reasons.add("file descriptors: unknown on this platform");
        } else if (share.getAsDouble() >= degradedAt) {
            status = share.getAsDouble() >= downAt ? Status.DOWN : Status.DEGRADED;
            reasons.add(String.format(
                    Locale.ROOT,
                    "file descriptors: %d of %d used (%.0f %%)",
                    usedNow.orElse(0),
                    most.orElse(0),
                    100 * share.getAsDouble()));
        }

        ResourceWatch w = watch;
        if (w != null) {
            ResourceWatch.Status watched = w.status();
            if (watched.level().compareTo(PressureReport.Level.WARNING) >= 0) {
                status = status == Status.UP ? Status.DEGRADED : status;
                reasons.add("watch: " + watched.level().name().toLowerCase(Locale.ROOT)
                        + " pressure, see the log io.leakguard.leak");
            }
            watched.closeWait().ifPresent(n -> figures.put("sockets_close_wait", n));
            watched.portUtilization().ifPresent(u -> figures.put("ephemeral_port_utilization", u));
            watched.heapUsed().ifPresent(n -> figures.put("heap_used_after_gc", n));
            watched.threads().ifPresent(n -> figures.put("threads", n));
            ProcessMemory memory = watched.memory();
            memory.used().ifPresent(n -> figures.put("process_memory_used", n));
            memory.limit().ifPresent(n -> figures.put("process_memory_limit", n));
            Long unknown = memory.parts().get(ProcessMemory.Part.NATIVE);
            if (unknown != null) {
                figures.put("process_memory_native_unknown", unknown);
            }
            memory.oomKills().ifPresent(n -> figures.put("oom_kills", n));
            watched.stalls().memory().ifPresent(stall -> figures.put("memory_stall", stall));
            watched.deletedFiles().ifPresent(files -> figures.put("deleted_files_bytes", files.bytes()));
            watched.temporaryFiles().ifPresent(files -> figures.put("temporary_files_bytes", files.bytes()));
        }

        if (!guard.isEnabled()) {
            reasons.add("guard: off, leaks are not watched");
        }
        int recent = 0;
        Set<String> sitesLeaking = new HashSet<>();
        Instant since = Instant.now().minus(window);
        for (SiteLeaks site : guard.leaks()) {
            if (site.lastSeen().isAfter(since) && site.cause().confidence() != LeakCause.Confidence.INFORMATIONAL) {
                recent++;
                sitesLeaking.add(site.kind() + " " + site.siteText());
                if (status == Status.UP) {
                    status = Status.DEGRADED;
                }
                if (recent <= MAX_REASONS) {
                    reasons.add(
                            "leak: " + site.kind() + " " + site.cause().text(site.kind()) + ", " + site.occurrences()
                                    + " so far · opened at " + site.siteText()
                                    + (site.pathText().isEmpty() ? "" : " " + site.pathText()));
                }
            }
        }
        if (recent > MAX_REASONS) {
            reasons.add("leak: " + (recent - MAX_REASONS) + " more paths");
        }
        GuardStats stats = guard.stats();
        figures.put("resources_open", stats.open());
        figures.put("resources_opened", stats.opened());
        figures.put("leaks", stats.leaked());
        figures.put("sites_leaking", sitesLeaking.size());
        figures.put("reports_dropped", stats.dropped());
        figures.put("internal_errors", stats.internalErrors());
        return new Health(status, guard.name(), reasons, figures);
    }

    /**
     * The health of the daemon at one moment.
     *
     * @param status the status
     * @param guard the guard's name
     * @param reasons the reasons for the status, and the unknown figures; empty if all is well
     * @param figures counts by name; unknown ones are missing
     */
    public record Health(Status status, String guard, List<String> reasons, Map<String, Number> figures) {

        /** Copies list and map. */
        public Health {
            reasons = List.copyOf(reasons);
            figures = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(figures));
        }

        /**
         * Returns the status code for an HTTP answer.
         *
         * @return 503 if it is {@code DOWN}, else 200: a load balancer keeps a degraded daemon
         */
        public int httpStatus() {
            return status == Status.DOWN ? 503 : 200;
        }

        /**
         * Returns this as text for a person.
         *
         * @return the status, then a line for each reason, then the figures
         */
        public String toText() {
            StringBuilder out = new StringBuilder(status.name());
            for (String reason : reasons) {
                out.append("\n  ").append(reason);
            }
            figures.forEach(
                    (name, value) -> out.append("\n  ").append(name).append(' ').append(number(value)));
            return out.toString();
        }

        /**
         * Returns this as JSON: {@code {"status":"UP","guard":"orders","reasons":[],"figures":{"leaks":0}}}.
         *
         * @return a JSON object on one line
         */
        public String toJson() {
            StringBuilder out = new StringBuilder();
            Json json = new Json(out);
            json.beginObject().field("status", status.name()).field("guard", guard);
            json.name("reasons").beginArray();
            reasons.forEach(json::value);
            json.endArray().name("figures").beginObject();
            figures.forEach((name, value) -> json.name(name).number(number(value)));
            json.endObject().endObject();
            return out.toString();
        }

        private static String number(Number value) {
            return value instanceof Double ? String.format(Locale.ROOT, "%.4f", value.doubleValue()) : value.toString();
        }
    }

    /** Configures a health check. Not thread-safe. */
    public static final class Builder {

        private final LeakGuard guard;
        private Duration window = Duration.ofMinutes(10);
        private double degradedAt = 0.80;
        private double downAt = 0.98;
        private @Nullable ResourceWatch watch;

        private Builder(LeakGuard guard) {
            this.guard = guard;
        }

        /**
         * Sets the time for which the daemon is degraded after a leak was found (default 10 min).
         *
         * @param window a positive time
         * @return this builder
         * @throws IllegalArgumentException if it isn't positive
         */
        public Builder leakWindow(Duration window) {
            if (window.isNegative() || window.isZero()) {
                throw new IllegalArgumentException(
                        "leak window of " + window + ": give a positive time, like 10 minutes");
            }
            this.window = window;
            return this;
        }

        /**
         * Sets the shares of used file descriptors at which the daemon is degraded and down (default 0.80 and 0.98).
         *
         * @param degraded from this share on it is degraded
         * @param down from this share on it is down; above 1 for never
         * @return this builder
         * @throws IllegalArgumentException if they are not positive and in this order
         */
        public Builder descriptors(double degraded, double down) {
            if (!(degraded > 0 && down >= degraded)) {
                throw new IllegalArgumentException("descriptor shares " + degraded + " and " + down
                        + ": give two positive shares, the lower first, like 0.80 and 0.98");
            }
            this.degradedAt = degraded;
            this.downAt = down;
            return this;
        }

        /**
         * Adds the figures of a watch about descriptors, sockets, ports and memory: from
         * {@link PressureReport.Level#WARNING} on the daemon is degraded.
         *
         * @param watch the watch, which must stay open
         * @return this builder
         */
        public Builder watch(ResourceWatch watch) {
            this.watch = watch;
            return this;
        }

        /**
         * Returns the health check.
         *
         * @return a health check
         */
        public LeakGuardHealth build() {
            FileDescriptors descriptors = FileDescriptors.ofThisProcess();
            return new LeakGuardHealth(this, descriptors::used, descriptors::limit);
        }
    }
}
