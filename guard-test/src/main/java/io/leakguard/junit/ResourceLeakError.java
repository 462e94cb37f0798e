package io.leakguard.junit;

import java.util.List;

/** What a leaking test fails with. One suppressed error per site has the site's stack, so that an IDE can go there. */
final class ResourceLeakError extends AssertionError {

    private static final long serialVersionUID = 1L;

    ResourceLeakError(String message, List<StackTraceElement> stack) {
        super(message);
        // Ours, which the end of a test called, would help nobody.
        setStackTrace(stack.toArray(StackTraceElement[]::new));
    }
}
