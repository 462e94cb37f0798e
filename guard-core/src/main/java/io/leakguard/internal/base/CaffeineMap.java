package io.leakguard.internal.base;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Caffeine's cache, which evicts the value that was used least and longest ago. */
final class CaffeineMap<K, V> implements BoundedMap<K, V> {

    private final Cache<K, V> cache;

    CaffeineMap(int capacity, Consumer<? super V> evicted) {
        // Maintenance on the calling thread: the common pool would keep our class loader alive.
        this.cache = Caffeine.newBuilder()
                .maximumSize(capacity)
                .executor(Runnable::run)
                .removalListener((@Nullable K key, @Nullable V value, RemovalCause cause) -> {
                    if (cause.wasEvicted() && value != null) {
                        evicted.accept(value);
                    }
                })
                .build();
    }

    @Override
    public V get(K key, Function<? super K, ? extends V> maker) {
        return Objects.requireNonNull(cache.get(key, maker));
    }

    @Override
    public Collection<V> values() {
        return cache.asMap().values();
    }

    @Override
    public void clear() {
        cache.invalidateAll();
    }
}
