package io.leakguard.internal.track;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When the JDK has closed what was collected, by its descriptor's number or another key. Numbers are used again, but not
 * before they were given back: whatever had a number is closed if something with that number was closed since. The latest
 * {@value #MAX} to twice that many are remembered. Any thread.
 */
final class Reclaimed {

    private static final int MAX = 32_768;

    private volatile Map<Object, Long> recent = new ConcurrentHashMap<>();
    private volatile Map<Object, Long> before = Map.of();

    void add(Object key, long nanos) {
        if (recent.size() >= MAX) {
            before = recent;
            recent = new ConcurrentHashMap<>();
        }
        recent.put(key, nanos);
    }

    boolean isSince(Object key, long openedNanos) {
        Long at = recent.get(key);
        if (at == null) {
            at = before.get(key);
        }
        return at != null && at - openedNanos >= 0;
    }
}
