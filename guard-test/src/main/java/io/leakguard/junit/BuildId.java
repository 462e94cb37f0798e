package io.leakguard.junit;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Identifies the JVMs of one build, so that their results are merged: all JVMs that one Maven or Gradle has started.
 */
final class BuildId {

    private static final boolean FORKED =
            Stream.of("surefire.real.class.path", "surefire.test.class.path", "org.gradle.test.worker")
                            .anyMatch(key -> System.getProperty(key) != null)
                    && System.getProperty("classworlds.conf") == null;

    private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "ksh", "zsh", "busybox", "cmd.exe");
    private static final int MAX_SHELLS = 3;

    private BuildId() {}

    /** The same for all JVMs of a build. A JVM that no build tool started has its own. */
    static String current() {
        ProcessHandle self = ProcessHandle.current();
        ProcessHandle builder = FORKED ? parent(self) : self;
        return builder.pid() + "-"
                + builder.info().startInstant().map(i -> i.toEpochMilli()).orElse(0L);
    }

    /** Surefire starts each fork through a separate shell. */
    private static ProcessHandle parent(ProcessHandle self) {
        ProcessHandle parent = self.parent().orElse(self);
        for (int i = 0; i < MAX_SHELLS && isShell(parent); i++) {
            parent = parent.parent().orElse(parent);
        }
        return parent;
    }

    private static boolean isShell(ProcessHandle process) {
        String command = process.info().command().orElse("");
        String name = command.substring(Math.max(command.lastIndexOf('/'), command.lastIndexOf('\\')) + 1);
        return SHELLS.contains(name.toLowerCase(Locale.ROOT));
    }
}
