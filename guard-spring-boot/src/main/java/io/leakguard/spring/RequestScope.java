package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import org.jspecify.annotations.Nullable;

/** The scope of a servlet request, from its handler's start to its end, on all threads that work on it. */
final class RequestScope {

    static final String ATTRIBUTE = RequestScope.class.getName();

    private final LeakScope scope;
    private LeakListener.@Nullable Registration binding;

    RequestScope(LeakGuard guard, String name) {
        // Inside a test's scope, if the test calls the application on its own thread.
        scope = guard.openDetachedScope(name, guard.currentScope().orElse(null));
        bind();
    }

    void bind() {
        unbind();
        binding = scope.bind();
    }

    /** For a helper thread: another thread has the request's own binding. */
    LeakListener.Registration bindHelper() {
        return scope.bind();
    }

    void unbind() {
        LeakListener.Registration b = binding;
        if (b != null) {
            binding = null;
            b.close();
        }
    }

    void close() {
        unbind();
        scope.close();
    }
}
