package io.leakguard.spring;

import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The scopes of a thread that context propagation has set. Bindings nest, so a binding never ends a scope that was
 * opened outside of it. A restore out of order ends the innermost binding first, so that all have ended after the last
 * restore.
 */
final class CarriedScopes {

    /** The limit for code that sets a thread's values again and again without restoring them. */
    private static final int MAX_DEPTH = 64;

    private static final class Entry {
        private final @Nullable ExchangeScope exchange;
        private LeakListener.@Nullable Registration binding;

        Entry(@Nullable ExchangeScope exchange, @Nullable LeakScope scope) {
            this.exchange = exchange;
            this.binding = scope == null ? null : scope.bind();
        }
    }

    private static final ThreadLocal<@Nullable Deque<Entry>> ENTRIES = new ThreadLocal<>();

    private CarriedScopes() {}

    /** The request of this thread whose route is still unknown. */
    static @Nullable ExchangeScope waiting() {
        Deque<Entry> entries = ENTRIES.get();
        Entry top = entries == null ? null : entries.peek();
        return top == null || top.exchange == null || top.binding != null ? null : top.exchange;
    }

    static void enter(@Nullable Object value) {
        Deque<Entry> entries = ENTRIES.get();
        if (entries == null) {
            entries = new ArrayDeque<>();
            ENTRIES.set(entries);
        }
        if (entries.size() == MAX_DEPTH) {
            entries.removeLast();
        }
        if (value instanceof ExchangeScope exchange) {
            entries.push(new Entry(exchange, exchange.scope()));
        } else {
            entries.push(new Entry(null, value instanceof LeakScope scope ? scope : null));
        }
    }

    static void leave() {
        Deque<Entry> entries = ENTRIES.get();
        Entry top = entries == null ? null : entries.poll();
        if (entries != null && entries.isEmpty()) {
            ENTRIES.remove();
        }
        if (top != null && top.binding != null) {
            top.binding.close();
        }
    }

    /** A request's scope was opened by this thread, which was in the request before. */
    static void opened(ExchangeScope exchange, LeakScope scope) {
        Deque<Entry> entries = ENTRIES.get();
        Entry top = entries == null ? null : entries.peek();
        if (top != null && top.exchange == exchange && top.binding == null) {
            top.binding = scope.bind();
        }
    }
}
