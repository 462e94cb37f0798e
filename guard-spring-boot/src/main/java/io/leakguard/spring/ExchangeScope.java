package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import org.jspecify.annotations.Nullable;

/** The scope of a WebFlux request, from the time when its route is known until the answer. */
final class ExchangeScope {

    private final LeakGuard guard;
    private final String method;
    private @Nullable LeakScope scope;
    private boolean closed;

    ExchangeScope(LeakGuard guard, String method) {
        this.guard = guard;
        this.method = method;
    }

    synchronized @Nullable LeakScope scope() {
        return closed ? null : scope;
    }

    void routed(String pattern) {
        LeakScope opened;
        synchronized (this) {
            if (closed || scope != null) {
                return;
            }
            opened = guard.openDetachedScope(
                    method + " " + pattern, guard.currentScope().orElse(null));
            scope = opened;
        }
        CarriedScopes.opened(this, opened);
    }

    void close() {
        LeakScope ending;
        synchronized (this) {
            closed = true;
            ending = scope;
            scope = null;
        }
        if (ending != null) {
            ending.close();
        }
    }
}
