package io.leakguard.netty;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how many channels are open for each remote host. Of each period only the smallest count is kept, which is what
 * stays when the work is done; a host is growing if these rose for {@value #PERIODS} periods running, and by half and
 * {@value #LEAST} at least. It is sampled when channels are opened: what grows opens some, and no thread is needed.
 */
final class RemoteGrowth {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard.leak");

    static final int PERIODS = 6;
    static final int LEAST = 10;
    private static final int SAMPLES_PER_PERIOD = 5;
    private static final int MAX_HOSTS = 1_000;

    private final long sampleNanos;
    private long next = System.nanoTime();
    private final Map<String, Series> hosts = new HashMap<>();

    private static final class Series {
        final Deque<Integer> minima = new ArrayDeque<>();
        int samples;
        int minimum = Integer.MAX_VALUE;
        int most;
        boolean growing;
    }

    RemoteGrowth(Duration period) {
        this.sampleNanos = period.toNanos() / SAMPLES_PER_PERIOD;
    }

    void maybeSample(Supplier<Map<String, Integer>> counts) {
        synchronized (this) {
            long now = System.nanoTime();
            if (now - next < 0) {
                return;
            }
            next = now + sampleNanos;
        }
        sample(counts.get());
    }

    synchronized void sample(Map<String, Integer> counts) {
        for (Iterator<String> known = hosts.keySet().iterator(); known.hasNext(); ) {
            if (!counts.containsKey(known.next())) {
                known.remove();
            }
        }
        counts.forEach((host, open) -> {
            Series series = hosts.get(host);
            if (series == null) {
                if (hosts.size() >= MAX_HOSTS) {
                    return;
                }
                series = new Series();
                hosts.put(host, series);
            }
            add(host, series, open);
        });
    }

    private static void add(String host, Series series, int open) {
        series.most = Math.max(series.most, open);
        series.minimum = Math.min(series.minimum, open);
        if (++series.samples < SAMPLES_PER_PERIOD) {
            return;
        }
        series.minima.addLast(series.minimum);
        series.samples = 0;
        series.minimum = Integer.MAX_VALUE;
        if (series.minima.size() > PERIODS + 1) {
            series.minima.removeFirst();
        }
        boolean before = series.growing;
        series.growing = series.minima.size() == PERIODS + 1 && isRising(series.minima);
        if (series.growing && !before) {
            LOG.warn(
                    "GROWING netty.channel · {} open from or to {}, {} at least {} periods ago and more in each since"
                            + " · suspected",
                    open,
                    host,
                    series.minima.getFirst(),
                    PERIODS);
        }
    }

    private static boolean isRising(Deque<Integer> minima) {
        int last = -1;
        for (int minimum : minima) {
            if (last >= 0 && minimum <= last) {
                return false;
            }
            last = minimum;
        }
        int first = minima.getFirst();
        return last - first >= Math.max(LEAST, first / 2);
    }

    synchronized int most(String host) {
        Series series = hosts.get(host);
        return series == null ? 0 : series.most;
    }

    synchronized boolean isGrowing(String host) {
        Series series = hosts.get(host);
        return series != null && series.growing;
    }
}
