package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.junit.TestScope;
import java.util.Optional;
import org.springframework.util.ClassUtils;

/** The test that calls an application through a port. In production there is none, and no guard-test. */
final class RunningTest {

    private static final boolean THERE = ClassUtils.isPresent(
                    "io.leakguard.junit.TestScope", RunningTest.class.getClassLoader())
            && ClassUtils.isPresent("org.junit.jupiter.api.extension.Extension", RunningTest.class.getClassLoader());

    private RunningTest() {}

    /**
     * Opens the scope of a request: within that of its thread, as when a test calls the application on its own; or else within that
     * of the only test that runs.
     */
    static LeakScope openRequest(LeakGuard guard, String name) {
        Optional<LeakScope> around = guard.currentScope();
        // In tests a thread that the context has started is in the context's scope.
        if (THERE
                && around.filter(scope -> !scope.name().equals(ContextGuard.SCOPE))
                        .isEmpty()) {
            Optional<LeakScope> ofTest = OfTest.open(guard, name);
            if (ofTest.isPresent()) {
                return ofTest.get();
            }
        }
        return guard.openDetachedScope(name, around.orElse(null));
    }

    /** Loaded only where guard-test is. */
    private static final class OfTest {
        static Optional<LeakScope> open(LeakGuard guard, String name) {
            return TestScope.openRequest(guard, name);
        }
    }
}
