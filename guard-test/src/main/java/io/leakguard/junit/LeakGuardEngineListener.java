package io.leakguard.junit;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.JUnitException;
import org.junit.platform.engine.ConfigurationParameters;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Checks the tests of engines without extensions, such as JUnit 4's and TestNG's. The launcher calls it when a test
 * begins and ends, on the test's thread. It can't fail a test: it reports the leak at once, and the build fails when
 * the launcher's session ends. The launcher finds it; not for use in code.
 */
public final class LeakGuardEngineListener implements TestExecutionListener {

    private static final String JUPITER = "junit-jupiter";
    private static final String SUITE = "junit-platform-suite";
    private static final int MAX_FAILURES = 1_000;

    /** Failures that no test could report. */
    private static final Queue<String> FAILURES = new ConcurrentLinkedQueue<>();

    private final Map<String, Run> runs = new ConcurrentHashMap<>();
    private final Map<String, Unit> units = new ConcurrentHashMap<>();
    private volatile @Nullable ConfigurationParameters parameters;

    /** Called by the launcher. */
    public LeakGuardEngineListener() {}

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        ConfigurationParameters given = testPlan.getConfigurationParameters();
        parameters = isOn(given) ? given : null;
    }

    /** Switched on in the same way as the extension. */
    private static boolean isOn(ConfigurationParameters given) {
        String own = given.get(Settings.PREFIX + "enabled").orElse("");
        return own.equalsIgnoreCase("true")
                || (own.isEmpty()
                        && given.getBoolean(LeakGuardSessionListener.ENABLED).orElse(false));
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        ConfigurationParameters given = parameters;
        String engine = engineOf(test.getUniqueId());
        if (given == null || engine == null) {
            return;
        }
        if (engine.endsWith(":" + JUPITER + "]")) {
            if (test.getUniqueId()
                    .substring(test.getUniqueId().lastIndexOf('/') + 1)
                    .startsWith("[class-template-invocation:")) {
                Run.announce(test.getUniqueId(), test.getParentId().orElse(""), test.getDisplayName());
            }
        } else if (!engine.endsWith(":" + SUITE + "]")) {
            begin(test, engine, given);
        }
    }

    private void begin(TestIdentifier test, String engine, ConfigurationParameters given) {
        Run run = runs.computeIfAbsent(engine, id -> Run.of(given::get, engineName(id)));
        if (!run.settings.enabled()) {
            return;
        }
        Unit suite = units.computeIfAbsent(
                engine,
                id -> new Unit(run, null, new Unit.Origin(id, engineName(id), Unit.Level.SUITE, "", "", null), null));
        if (test.getUniqueId().equals(engine)) {
            return;
        }
        Unit parent = test.getParentId().map(units::get).orElse(suite);
        Unit unit = new Unit(run, parent, origin(test, parent), null);
        units.put(test.getUniqueId(), unit);
        unit.bind();
    }

    private static Unit.Origin origin(TestIdentifier test, Unit parent) {
        TestSource source = test.getSource().orElse(null);
        String className = parent.className;
        String method = "";
        AnnotatedElement element = null;
        try {
            if (source instanceof ClassSource c) {
                className = c.getClassName();
                element = c.getJavaClass();
            } else if (source instanceof MethodSource m) {
                className = m.getClassName();
                method = m.getMethodName();
                element = m.getJavaMethod();
            }
        } catch (JUnitException e) {
            element = null; // no class or method can be loaded by this name: it has no annotations of ours
        }
        Unit.Level level = test.isTest()
                ? Unit.Level.TEST
                : source instanceof ClassSource ? Unit.Level.CLASS : Unit.Level.CONTAINER;
        return new Unit.Origin(test.getUniqueId(), test.getDisplayName(), level, className, method, element);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        String id = test.getUniqueId();
        Run.unannounce(id);
        Unit unit = units.remove(id);
        if (unit == null) {
            return;
        }
        Run run = runs.get(id);
        try {
            if (run != null) {
                runs.remove(id);
                run.close();
            } else {
                unit.close();
            }
        } catch (ResourceLeakError leak) {
            Console.print("[leakguard] FAILED: " + leak.getMessage());
            if (FAILURES.size() < MAX_FAILURES) {
                FAILURES.add(unit.name + ": "
                        + String.valueOf(leak.getMessage()).lines().findFirst().orElse(""));
            }
        }
    }

    /** Takes the failures of engines whose tests can't be failed. */
    static List<String> takeFailures() {
        List<String> result = new ArrayList<>();
        for (String failure = FAILURES.poll(); failure != null; failure = FAILURES.poll()) {
            result.add(failure);
        }
        return result;
    }

    /** The part of an id up to its innermost engine; null if there is none. */
    private static @Nullable String engineOf(String uniqueId) {
        int begin = uniqueId.lastIndexOf("[engine:");
        int end = begin < 0 ? -1 : uniqueId.indexOf(']', begin);
        return end < 0 ? null : uniqueId.substring(0, end + 1);
    }

    private static String engineName(String id) {
        return id.substring(id.lastIndexOf(':') + 1, id.length() - 1);
    }
}
