package io.leakguard.internal.base;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Of the few values that were not used for longest, it evicts the one that was used least. */
final class PlainMap<K, V> implements BoundedMap<K, V> {

    private static final int CANDIDATES = 16;

    private static final class Entry<V> {
        final V value;
        long uses;

        Entry(V value) {
            this.value = value;
        }
    }

    private final int capacity;
    private final Consumer<? super V> evicted;
    /** In the order of use, the eldest first. Guarded by itself. */
    private final Map<K, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);

    PlainMap(int capacity, Consumer<? super V> evicted) {
        this.capacity = capacity;
        this.evicted = evicted;
    }

    @Override
    public V get(K key, Function<? super K, ? extends V> maker) {
        synchronized (entries) {
            Entry<V> known = entries.get(key);
            if (known != null) {
                known.uses++;
                return known.value;
            }
        }
        V made = maker.apply(key); // without the lock, since it may take long
        V out;
        synchronized (entries) {
            Entry<V> other = entries.get(key);
            if (other != null) {
                other.uses++;
                return other.value;
            }
            out = entries.size() >= capacity ? removeLeast() : null;
            entries.put(key, new Entry<>(made));
        }
        if (out != null) {
            evicted.accept(out);
        }
        return made;
    }

    private @Nullable V removeLeast() {
        K least = null;
        long fewest = Long.MAX_VALUE;
        Iterator<Map.Entry<K, Entry<V>>> eldest = entries.entrySet().iterator();
        for (int i = 0; i < CANDIDATES && eldest.hasNext(); i++) {
            Map.Entry<K, Entry<V>> one = eldest.next();
            if (one.getValue().uses < fewest) {
                fewest = one.getValue().uses;
                least = one.getKey();
            }
        }
        Entry<V> removed = least == null ? null : entries.remove(least);
        return removed == null ? null : removed.value;
    }

    @Override
    public Collection<V> values() {
        synchronized (entries) {
            Collection<V> all = new ArrayList<>(entries.size());
            for (Entry<V> entry : entries.values()) {
                all.add(entry.value);
            }
            return all;
        }
    }

    @Override
    public void clear() {
        synchronized (entries) {
            entries.clear();
        }
    }
}
