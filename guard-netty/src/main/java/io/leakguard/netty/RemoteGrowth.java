package io.leakguard.netty;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Watches the number of open channels for each remote host. It keeps the smallest count of each period, which is the
 * number that stays when the work is done. A host is growing if these counts rose for {@value #PERIODS} periods in a
 * row, and by half and at least {@value #LEAST}. Samples are taken when channels are opened: a growing host opens some,
 * so no thread is needed.
 */
final class RemoteGrowth {

    static final int PERIODS = 6;
    static final int LEAST = 10;
    private static final int SAMPLES_PER_PERIOD = 5;
    private static final int MAX_HOSTS = 1_000;

    private long sampleNanos;
    private long next = System.nanoTime();
    private final Map<String, Series> hosts = new HashMap<>();

    private static final class Series {
        final Deque<Integer> minima = new ArrayDeque<>();
        int samples;
        int minimum = Integer.MAX_VALUE;
        int most;
        boolean growing;
    }

    /** A growing host: the channels open now, and when the growth began. */
    record Grown(String host, int open, int before) {}

    RemoteGrowth(Duration period) {
        this.sampleNanos = period.toNanos() / SAMPLES_PER_PERIOD;
    }

    /** Drops earlier samples, since their periods had another length. */
    synchronized void period(Duration period) {
        sampleNanos = period.toNanos() / SAMPLES_PER_PERIOD;
        next = System.nanoTime();
        hosts.clear();
    }

    /** Takes a sample if one is due. Returns the hosts that have begun to grow. */
    List<Grown> maybeSample(Supplier<Map<String, Integer>> counts) {
        synchronized (this) {
            long now = System.nanoTime();
            if (now - next < 0) {
                return List.of();
            }
            next = now + sampleNanos;
        }
        return sample(counts.get());
    }

    synchronized List<Grown> sample(Map<String, Integer> counts) {
        for (Iterator<String> known = hosts.keySet().iterator(); known.hasNext(); ) {
            if (!counts.containsKey(known.next())) {
                known.remove();
            }
        }
        List<Grown> grown = new ArrayList<>();
        counts.forEach((host, open) -> {
            Series series = hosts.get(host);
            if (series == null) {
                if (hosts.size() >= MAX_HOSTS) {
                    return;
                }
                series = new Series();
                hosts.put(host, series);
            }
            if (add(series, open)) {
                grown.add(new Grown(host, open, series.minima.getFirst()));
            }
        });
        return grown;
    }

    /** Tells whether the host has begun to grow. */
    private static boolean add(Series series, int open) {
        series.most = Math.max(series.most, open);
        series.minimum = Math.min(series.minimum, open);
        if (++series.samples < SAMPLES_PER_PERIOD) {
            return false;
        }
        series.minima.addLast(series.minimum);
        series.samples = 0;
        series.minimum = Integer.MAX_VALUE;
        if (series.minima.size() > PERIODS + 1) {
            series.minima.removeFirst();
        }
        boolean before = series.growing;
        series.growing = series.minima.size() == PERIODS + 1 && isRising(series.minima);
        return series.growing && !before;
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

    /** The number that was open before the growth began; -1 if the host isn't growing. */
    synchronized int growingFrom(String host) {
        Series series = hosts.get(host);
        return series != null && series.growing ? series.minima.getFirst() : -1;
    }
}
