/** LeakGuard for JUnit Jupiter: the test that leaks fails, and only that test. */
module io.leakguard.junit {
    requires transitive io.leakguard.core;
    requires transitive org.junit.jupiter.api;
    requires java.management;
    requires static jdk.management;
    requires static org.junit.platform.launcher;
    requires static transitive org.jspecify;

    uses io.leakguard.adapter.HeapReader;

    exports io.leakguard.junit;

    uses io.leakguard.junit.LeakParticipant;

    provides org.junit.jupiter.api.extension.Extension with
            io.leakguard.junit.LeakGuardExtension;
    provides org.junit.platform.launcher.LauncherSessionListener with
            io.leakguard.junit.LeakGuardSessionListener;
    provides org.junit.platform.launcher.TestExecutionListener with
            io.leakguard.junit.LeakGuardEngineListener;
}
