package io.leakguard.junit;

import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Makes {@code -Dleakguard.junit.enabled=true} enough: it switches on JUnit's auto-detection for this extension alone,
 * unless the auto-detection is configured already. The launcher finds it; not for use in code.
 */
public final class LeakGuardSessionListener implements LauncherSessionListener {

    static final String ENABLED = "junit.jupiter.extensions.autodetection.enabled";
    private static final String INCLUDE = "junit.jupiter.extensions.autodetection.include";

    /** Called by the launcher. */
    public LeakGuardSessionListener() {}

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        String tooOld = JUnitVersion.refusal();
        if (tooOld != null) {
            if (System.getProperty(Settings.PREFIX + "enabled") != null) {
                Console.print("[leakguard] " + tooOld);
            }
        } else if ("true".equalsIgnoreCase(System.getProperty(Settings.PREFIX + "enabled"))
                && System.getProperty(ENABLED) == null) {
            // A system property wins over junit-platform.properties. A project's own filter must not change.
            if (System.getProperty(INCLUDE) == null
                    && Settings.fromPropertiesFile(ENABLED) == null
                    && Settings.fromPropertiesFile(INCLUDE) == null) {
                System.setProperty(INCLUDE, "io.leakguard.*");
            }
            System.setProperty(ENABLED, "true");
        }
    }

    /** Fails the build for tests of engines that no extension can fail. */
    @Override
    public void launcherSessionClosed(LauncherSession session) {
        List<String> failures = LeakGuardEngineListener.takeFailures();
        if (!failures.isEmpty()) {
            throw new ResourceLeakError(
                    "tests of an engine that has no extensions left resources open:\n  "
                            + String.join("\n  ", failures),
                    List.of());
        }
    }
}
