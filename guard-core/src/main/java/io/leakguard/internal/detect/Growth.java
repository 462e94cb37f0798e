package io.leakguard.internal.detect;

import io.leakguard.ResourceKind;
import io.leakguard.internal.base.TrendDetector;
import io.leakguard.internal.config.Setting;
import io.leakguard.internal.config.Settings;
import io.leakguard.internal.stack.StackInfo;
import io.leakguard.internal.track.PolledRecord;
import io.leakguard.internal.track.PolledRecords;
import io.leakguard.internal.track.Tracker;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches the number of open resources of each site, and of each of its paths, by {@link TrendDetector}. Only resources
 * that have been open for a while count. This leaves out the noise of short-lived resources and keeps the hot path free
 * of it.
 */
public final class Growth {

    private static final long LONGEST_AGE = TimeUnit.SECONDS.toNanos(30);
    private static final int FEWEST = 5;

    private record Key(ResourceKind kind, @Nullable StackTraceElement site) {
        // By hand: the methods of a record keep the class loader of its components softly reachable from the JDK.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key k && kind == k.kind && Objects.equals(site, k.site);
        }

        @Override
        public int hashCode() {
            return 31 * kind.hashCode() + Objects.hashCode(site);
        }
    }

    /** Called for a site whose number of open resources keeps rising. */
    interface Alarm {
        /** {@code path} is to blame: the counts themselves, or the fastest growing path of them. */
        void growing(OpenCounts counts, OpenCounts path, TrendDetector.Result trend, int capacity);
    }

    private final ConcurrentHashMap<Key, OpenCounts> sites = new ConcurrentHashMap<>();
    private final int maxSites;
    private final int capacity;
    private final long intervalNanos;
    private long next;

    public Growth(Settings settings) {
        this.maxSites = settings.get(Setting.SITES_MAX);
        this.capacity = settings.get(Setting.GROWTH_CAPACITY);
        this.intervalNanos = settings.get(Setting.GROWTH_INTERVAL).toNanos();
        this.next = settings.clock().nanos();
    }

    /** The age from which a resource counts. */
    long ageNanos() {
        return intervalNanos == 0 ? LONGEST_AGE : Math.min(LONGEST_AGE, intervalNanos);
    }

    /** The time between two samples. */
    long intervalNanos() {
        return intervalNanos;
    }

    /** Counts a resource that has been open for a while. Its stack is explained already, if it has one. */
    void count(Tracker tracker) {
        if (intervalNanos == 0 || !tracker.isOpen()) {
            return;
        }
        // Counted first: the thread that ends it must find it counted, and its stack certainly exists only while it is
        // open.
        OpenCounts counts = counts(tracker);
        OpenCounts path = counts.addPath(stackOf(tracker));
        counts.open.incrementAndGet();
        if (path != null) {
            path.open.incrementAndGet();
        }
        if (!tracker.setWhileOpen(Tracker.LONG_OPEN)) {
            counts.open.decrementAndGet();
            if (path != null) {
                path.open.decrementAndGet();
            }
        }
    }

    private static @Nullable StackInfo stackOf(Tracker tracker) {
        return tracker.stack instanceof StackInfo info ? info : null;
    }

    /** A polled object is not counted at its end, since nobody announces that. */
    boolean isLongOpen(Tracker tracker, long now) {
        return tracker.has(Tracker.LONG_OPEN)
                || (tracker instanceof PolledRecord && now - tracker.openedNanos >= ageNanos());
    }

    /** Called when a resource has ended, and its tracker still has its stack. */
    void ended(Tracker tracker) {
        if (tracker.has(Tracker.LONG_OPEN)) {
            OpenCounts counts = counts(tracker);
            counts.open.decrementAndGet();
            OpenCounts path = counts.path(stackOf(tracker));
            if (path != null) {
                path.open.decrementAndGet();
            }
        }
    }

    private OpenCounts counts(Tracker tracker) {
        StackInfo info = stackOf(tracker);
        Key key = new Key(tracker.kind.kind, info == null ? null : info.site);
        OpenCounts known = sites.get(key);
        if (known != null) {
            return known;
        }
        if (sites.size() >= maxSites && info != null) {
            // Full: new sites share one count, as those without a stack do.
            return sites.computeIfAbsent(new Key(key.kind, null), k -> new OpenCounts(k.kind, null, null));
        }
        return sites.computeIfAbsent(key, k -> new OpenCounts(k.kind, info, null));
    }

    /** Takes a sample if one is due, and passes on growing sites. On the reporter's thread. */
    void sample(long now, PolledRecords polled, Alarm alarm) {
        if (intervalNanos == 0 || (now - next < 0 && next - now <= intervalNanos)) {
            return; // not due, unless the clock went back
        }
        next = now + intervalNanos;
        for (OpenCounts site : sites.values()) {
            site.ofPools = 0;
            site.paths().forEach(path -> path.ofPools = 0);
        }
        for (PolledRecord record : polled.open()) {
            if (isLongOpen(record, now)) {
                OpenCounts site = counts(record);
                site.ofPools++;
                OpenCounts path = site.addPath(stackOf(record));
                if (path != null) {
                    path.ofPools++;
                }
            }
        }
        sites.values().forEach(site -> sampleSite(now, site, alarm));
    }

    /** Tests each path by itself and all together: growth on many paths at once is visible only in their sum. */
    private void sampleSite(long now, OpenCounts site, Alarm alarm) {
        boolean toldByPath = false;
        if (site.paths().size() > 1) {
            for (OpenCounts path : site.paths()) {
                TrendDetector.Result trend = beginning(now, path);
                if (trend != null && !path.toldBySite) {
                    alarm.growing(path, path, trend, capacity);
                }
                toldByPath |= path.alarmed;
            }
        }
        TrendDetector.Result trend = beginning(now, site);
        if (trend != null && !toldByPath) {
            OpenCounts path = site.fastest();
            path.toldBySite = true;
            alarm.growing(site, path, trend, capacity);
        }
        if (!site.alarmed) {
            site.paths().forEach(path -> path.toldBySite = false);
        }
    }

    /** Adds a sample. Returns a trend that begins. */
    private TrendDetector.@Nullable Result beginning(long now, OpenCounts counts) {
        long open = counts.count();
        TrendDetector trend = counts.trend;
        if (trend == null) {
            if (open < FEWEST) {
                return null;
            }
            trend = counts.trend = new TrendDetector();
        }
        TrendDetector.Result result = trend.add(now, (double) open, capacity);
        counts.slope = Double.isNaN(result.slopePerSecond()) ? 0 : result.slopePerSecond();
        boolean begins = result.alarm() && !counts.alarmed;
        counts.alarmed = result.alarm();
        return begins ? result : null;
    }
}
