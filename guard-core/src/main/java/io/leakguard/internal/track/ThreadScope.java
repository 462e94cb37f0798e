package io.leakguard.internal.track;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The scope that one thread is in. Reachable from the scopes that were opened on the thread and from the bindings that are
 * on its stack; the thread itself references it weakly, so that a pool's thread keeps neither a scope nor the guard's
 * classes alive.
 */
final class ThreadScope {
    final long threadId;

    /** What the thread inherited, and goes back to; null if nothing. */
    final @Nullable List<?> inherited;

    final @Nullable ScopeImpl inheritedScope;

    // Of its own thread only.
    @Nullable
    ScopeImpl scope;

    Scopes.@Nullable Binding innermost;

    /** What the thread had allocated when it entered its scope; read by others that want to know how much it is now. */
    volatile long allocatedBefore;

    ThreadScope(long threadId, @Nullable ScopeImpl inheritedScope, @Nullable List<?> inherited) {
        this.threadId = threadId;
        this.inherited = inherited;
        this.inheritedScope = inheritedScope;
        this.scope = inheritedScope;
    }
}
