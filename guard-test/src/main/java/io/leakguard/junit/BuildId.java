package io.leakguard.junit;

import java.util.stream.Stream;

/** Says which JVMs belong to one build, so that their results are one: those that one Maven or Gradle has started. */
final class BuildId {

    private static final boolean FORKED =
            Stream.of("surefire.real.class.path", "surefire.test.class.path", "org.gradle.test.worker")
                            .anyMatch(key -> System.getProperty(key) != null)
                    && System.getProperty("classworlds.conf") == null;

    private BuildId() {}

    /** The same for all JVMs of a build; of one that no build tool started, its own. */
    static String current() {
        ProcessHandle self = ProcessHandle.current();
        ProcessHandle builder = FORKED ? self.parent().orElse(self) : self;
        return builder.pid() + "-"
                + builder.info().startInstant().map(i -> i.toEpochMilli()).orElse(0L);
    }
}
