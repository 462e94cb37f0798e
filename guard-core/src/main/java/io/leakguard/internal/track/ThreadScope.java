package io.leakguard.internal.track;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The scope that one thread is in. The scopes opened on the thread and the bindings on its stack hold this. The thread
 * itself references it weakly, so that a pool's thread keeps neither a scope nor the guard's classes alive.
 */
final class ThreadScope {
    final long threadId;

    /** The inherited scopes, to which the thread goes back; null if none. */
    final @Nullable List<?> inherited;

    final @Nullable ScopeImpl inheritedScope;

    // Only for its own thread.
    @Nullable
    ScopeImpl scope;

    Scopes.@Nullable Binding innermost;

    /** The thread's allocated bytes when it entered its scope. Other threads read it to compute the current sum. */
    volatile long allocatedBefore;

    ThreadScope(long threadId, @Nullable ScopeImpl inheritedScope, @Nullable List<?> inherited) {
        this.threadId = threadId;
        this.inherited = inherited;
        this.inheritedScope = inheritedScope;
        this.scope = inheritedScope;
    }
}
