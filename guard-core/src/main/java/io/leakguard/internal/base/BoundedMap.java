package io.leakguard.internal.base;

import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A map of a bounded size that keeps the most used entries. It is Caffeine's cache if Caffeine is there. An agent's
 * class loader has no Caffeine, since Caffeine needs modules that a small JRE lacks, and initializes logging before the
 * application does. Thread-safe.
 */
public interface BoundedMap<K, V> {

    /** Returns the value of a key, made if there is none. Two threads may make one at once, and one of them is kept. */
    V get(K key, Function<? super K, ? extends V> maker);

    Collection<V> values();

    void clear();

    /**
     * Makes a map.
     *
     * @param capacity the number of kept values, about
     * @param evicted gets each value that was evicted
     */
    static <K, V> BoundedMap<K, V> of(int capacity, Consumer<? super V> evicted) {
        try {
            return new CaffeineMap<>(capacity, evicted);
        } catch (NoClassDefFoundError e) {
            return new PlainMap<>(capacity, evicted);
        }
    }
}
