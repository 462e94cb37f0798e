package io.leakguard.internal.base;

import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A map of a bounded size that keeps what is used most. It is Caffeine's cache where Caffeine is there; an agent's class
 * loader goes without, since Caffeine needs modules that a small JRE lacks, and sets up logging before the application
 * does. Thread-safe.
 */
public interface BoundedMap<K, V> {

    /** The value of a key, made if there is none; two threads may make one at once, and one of them is kept. */
    V get(K key, Function<? super K, ? extends V> maker);

    Collection<V> values();

    void clear();

    /**
     * Makes a map.
     *
     * @param capacity how many values are kept, about
     * @param evicted is told of those that had to go
     */
    static <K, V> BoundedMap<K, V> of(int capacity, Consumer<? super V> evicted) {
        try {
            return new CaffeineMap<>(capacity, evicted);
        } catch (NoClassDefFoundError e) {
            return new PlainMap<>(capacity, evicted);
        }
    }
}
