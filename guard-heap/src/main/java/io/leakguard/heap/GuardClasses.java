package io.leakguard.heap;

import java.util.List;

/** The guard's classes in a dump: those that tell what is open, and those that must not count as holders. */
final class GuardClasses {

    static final String TRACKER = "io.leakguard.internal.track.Tracker";
    static final String MARK = "io.leakguard.internal.track.HeapMark";
    static final String REGISTRY = "io.leakguard.internal.track.Registry";
    static final String COUNTS = "io.leakguard.internal.detect.OpenCounts";

    /** How the guard's threads are named. */
    static final String THREADS = "leakguard-";

    /** Packages of the engine, which lead to what is tracked by references that are the guard's alone. */
    private static final List<String> ENGINE = List.of(
            "io.leakguard.internal.track.",
            "io.leakguard.internal.detect.",
            "io.leakguard.internal.stack.",
            "io.leakguard.internal.config.",
            "io.leakguard.internal.base.",
            "io.leakguard.agent.");

    /** Packages of the guard; the demo's classes are an application's. */
    private static final List<String> GUARD = List.of(
            "internal.", "jdbc.", "netty.", "agent.", "junit.", "watch.", "report.", "telemetry.", "micrometer.");

    private GuardClasses() {}

    static boolean isOfInterest(DumpClass c) {
        return c.isA(TRACKER) || c.name.equals(MARK) || c.name.equals(REGISTRY) || c.name.equals(COUNTS);
    }

    /**
     * Whether the instances of a class are the guard's records. What wraps a task or a resource of the application for it
     * is not meant: the application holds that.
     */
    static boolean holdsNothing(String name) {
        if (!name.startsWith("io.leakguard.") && !name.equals("java.lang.LeakGuardBridge")) {
            return false;
        }
        String simple = name.substring(name.lastIndexOf('.') + 1);
        if (isTest(name)
                || name.contains("$$Lambda")
                || simple.startsWith("Scoped")
                || simple.startsWith("ScopeHandle")) {
            return false;
        }
        return ENGINE.stream().anyMatch(name::startsWith)
                || (name.startsWith("io.leakguard.internal.") && name.indexOf('.', 23) < 0);
    }

    /** Tests of the guard's own are in its packages, and are an application all the same. */
    private static boolean isTest(String name) {
        return name.substring(name.lastIndexOf('.') + 1).contains("Test");
    }

    /** Whether a class is the guard's: its static fields are no holders. */
    static boolean isGuards(String name) {
        if (name.equals("java.lang.LeakGuardBridge")) {
            return true;
        }
        if (!name.startsWith("io.leakguard.")) {
            return false;
        }
        String rest = name.substring("io.leakguard.".length());
        return !isTest(name) && GUARD.stream().anyMatch(rest::startsWith);
    }
}
