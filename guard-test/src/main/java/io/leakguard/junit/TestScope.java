package io.leakguard.junit;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import java.util.Optional;

/**
 * The scope in which a test runs, as a parameter of a test, a life-cycle method or a constructor. Thread-safe.
 *
 * {@snippet :
 * @BeforeEach
 * void connect(TestScope scope) {
 *     if (shared == null) {
 *         shared = pool.getConnection();
 *         scope.adopt(shared, TestScope.Owner.CLASS); // closed in @AfterAll
 *     }
 * }
 * }
 */
public final class TestScope {

    /** The new owner of a resource. */
    public enum Owner {
        /** The test class: it must be closed when the class's {@code @AfterAll} methods have run. */
        CLASS,
        /** The whole run: it must be closed at its end, by an object in JUnit's root store. */
        SUITE
    }

    private final Unit unit;

    TestScope(Unit unit) {
        this.unit = unit;
    }

    /**
     * Returns the guard of this run.
     *
     * @return the guard, the process-wide one while the run lasts
     */
    public LeakGuard guard() {
        return unit.run.guard;
    }

    /**
     * Returns the scope itself, for instance to wrap tasks that go to other threads.
     *
     * @return the scope; the extension closes it
     */
    public LeakScope scope() {
        return unit.scope;
    }

    /**
     * Opens the scope of a request that a server of the test's JVM answers on a thread of its own, within the only test that runs:
     * what the request leaves open fails that test. For those who give each request a scope, such as guard-spring-boot. The end of
     * the test waits for the request's, for its grace at most.
     *
     * @param guard the guard that the server uses
     * @param name the name of the scope
     * @return the scope, to be closed; empty if the guard is not that of a run, or if not exactly one test runs now
     */
    public static Optional<LeakScope> openRequest(LeakGuard guard, String name) {
        Unit test = Run.onlyTest(guard);
        return test == null ? Optional.empty() : Optional.of(test.openRequest(name));
    }

    /**
     * Hands a resource over that others use after this test.
     *
     * @param resource a resource that the guard wrapped, or its tracker; with the agent also a stream or a channel as it is
     * @param owner who must close it
     * @return true if it is tracked, open and was handed over
     */
    public boolean adopt(Object resource, Owner owner) {
        LeakScope scope = unit.owner(owner).scope;
        return scope.adopt(resource) || unit.run.seen.adopt(resource, scope);
    }

    /**
     * Returns a wrapper of a resource or of a factory, such as a {@code DataSource}, so that its resources are checked.
     *
     * @param resource the object to wrap
     * @param <T> an interface of it
     * @return the wrapper
     * @throws IllegalArgumentException if no adapter on the class path knows such objects
     */
    @SuppressWarnings("unchecked") // a participant returns the same interfaces
    public <T> T guarded(T resource) {
        return (T) unit.run.participants.wrap(resource);
    }
}
