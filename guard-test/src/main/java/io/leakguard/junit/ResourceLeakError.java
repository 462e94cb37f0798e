package io.leakguard.junit;

import java.util.List;

/**
 * The error of a leaking test. It has one suppressed error for each site, with the site's stack, so that an IDE can go
 * there.
 */
final class ResourceLeakError extends AssertionError {

    private static final long serialVersionUID = 1L;

    ResourceLeakError(String message, List<StackTraceElement> stack) {
        super(message);
        // Our own stack, from the end of a test, would not help anybody.
        setStackTrace(stack.toArray(StackTraceElement[]::new));
    }
}
