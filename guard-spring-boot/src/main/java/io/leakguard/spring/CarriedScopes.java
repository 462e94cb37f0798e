package io.leakguard.spring;

import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a thread was put into by those who carry scopes. Bindings nest, so that one never ends what was opened outside of it; and
 * whoever restores out of order ends the innermost first, so that all have ended once all have restored.
 */
final class CarriedScopes {

    /** Who sets a thread's values so often, and never restores them, is left with this many. */
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
