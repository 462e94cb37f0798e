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

    /** Of a context without a scope: there is nothing to end. */
    private static final LeakListener.Registration NOTHING = () -> {};

    private static final ThreadLocal<@Nullable Deque<LeakListener.Registration>> BINDINGS = new ThreadLocal<>();

    private CarriedScopes() {}

    static void enter(@Nullable Object value) {
        Deque<LeakListener.Registration> bindings = BINDINGS.get();
        if (bindings == null) {
            bindings = new ArrayDeque<>();
            BINDINGS.set(bindings);
        }
        if (bindings.size() == MAX_DEPTH) {
            bindings.removeLast();
        }
        bindings.push(value instanceof LeakScope scope ? scope.bind() : NOTHING);
    }

    static void leave() {
        Deque<LeakListener.Registration> bindings = BINDINGS.get();
        if (bindings == null) {
            return;
        }
        LeakListener.Registration top = bindings.poll();
        if (bindings.isEmpty()) {
            BINDINGS.remove();
        }
        if (top != null) {
            top.close();
        }
    }

    /** How many were entered and not left. */
    static int depth() {
        Deque<LeakListener.Registration> bindings = BINDINGS.get();
        return bindings == null ? 0 : bindings.size();
    }
}
