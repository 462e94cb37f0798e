package io.leakguard.junit;

import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the owner of a leak: by its scope, its stack, or its time of opening. Remembers every unit of the run. */
final class Attributor {

    private static final Pattern LAMBDA = Pattern.compile("lambda\\$(.+)\\$\\d+");
    private static final int MAX_CANDIDATES = 10;
    /** A report computes the time of opening on one clock, and a unit reads another. */
    private static final long CLOCK_SLACK = 50;

    private final Map<String, Unit> units = new ConcurrentHashMap<>();
    private final Map<String, Collection<Unit>> byClass = new ConcurrentHashMap<>();
    private final Set<Unit> open = ConcurrentHashMap.newKeySet();
    private final Set<Unit> runningTests = ConcurrentHashMap.newKeySet();

    void add(Unit unit) {
        units.put(unit.id, unit);
        open.add(unit);
        if (!unit.className.isEmpty()) {
            byClass.computeIfAbsent(unit.className, name -> new ConcurrentLinkedQueue<>())
                    .add(unit);
        }
        if (unit.level == Unit.Level.TEST) {
            runningTests.add(unit);
        }
    }

    /** The unit of one of JUnit's ids that has not ended; null if there is none. */
    @Nullable
    Unit openUnit(String uniqueId) {
        for (Unit unit : unitsWithLeaks()) {
            if (unit.uniqueId.equals(uniqueId)) {
                return unit;
            }
        }
        return null;
    }

    Set<String> classNames() {
        return Set.copyOf(byClass.keySet());
    }

    void ended(Unit unit) {
        if (unit.level == Unit.Level.TEST) {
            runningTests.remove(unit);
        }
    }

    /** The test that runs now; null if none does, or several. */
    @Nullable
    Unit onlyTest() {
        List<Unit> now = new ArrayList<>(runningTests);
        withoutAncestors(now);
        return now.size() == 1 ? now.get(0) : null;
    }

    /** A unit of the run by its number; null if there is none. */
    @Nullable
    Unit unit(String id) {
        return units.get(id);
    }

    /** Loads what a thread of no scope needs: the agent asks in the middle of the JDK, where no class should be loaded. */
    void warmUp() {
        scopeOfOthers();
        withoutAncestors(new ArrayList<>());
    }

    /** How many tests run now. */
    int running() {
        return runningTests.size();
    }

    /**
     * The scope for a thread that is in none, such as a pool's thread that is older than the run. If one test runs, its
     * scope; if several run, the scope of the unit that contains them; null if none runs.
     */
    @Nullable
    LeakScope scopeOfOthers() {
        List<Unit> now = new ArrayList<>(runningTests);
        withoutAncestors(now);
        if (now.isEmpty()) {
            return null;
        }
        Unit first = now.get(0);
        return now.size() == 1 ? first.scopeOfOthers() : common(now, first.owner(TestScope.Owner.SUITE)).scope;
    }

    /** The units with leaks to classify. Units that were checked already pass their leaks on. */
    Set<Unit> unitsWithLeaks() {
        open.removeIf(unit -> unit.checked);
        return open;
    }

    Leak attribute(LeakReport report, Unit suite) {
        Unit unit = unitOf(report);
        boolean byOthers = report.attributes().containsKey(Unit.BY_OTHERS);
        if (unit != null && !byOthers) {
            if (unit.threads.contains(report.threadId())) {
                return new Leak(report, unit, Leak.Attribution.SCOPE, List.of());
            }
            if (unit.level == Unit.Level.TEST) {
                return new Leak(report, unit, Leak.Attribution.CARRIED, List.of());
            }
        }
        Unit byFrame = byFrame(report);
        if (byFrame != null) {
            return new Leak(report, byFrame, Leak.Attribution.FRAME, List.of());
        }
        if (unit != null && byOthers) {
            return new Leak(report, unit, Leak.Attribution.ONLY_RUNNING, List.of());
        }
        List<Unit> candidates = runningAt(report.openedAt().toEpochMilli());
        if (candidates.size() == 1) {
            return new Leak(report, candidates.get(0), Leak.Attribution.ONLY_RUNNING, List.of());
        }
        if (unit != null) {
            return new Leak(report, unit, Leak.Attribution.CARRIED, candidates);
        }
        return new Leak(report, common(candidates, suite), Leak.Attribution.CONTAINER, candidates);
    }

    private @Nullable Unit unitOf(LeakReport report) {
        String id = report.attributes().get(Unit.ATTRIBUTE);
        return id == null ? null : units.get(id);
    }

    /** A test with a method on the stack, else its class. Looks at the outermost frames first, which are the test's. */
    private @Nullable Unit byFrame(LeakReport report) {
        List<StackTraceElement> stack = report.stack();
        long at = report.openedAt().toEpochMilli();
        for (int i = stack.size() - 1; i >= 0; i--) {
            StackTraceElement frame = stack.get(i);
            Collection<Unit> ofClass = unitsOf(frame.getClassName());
            if (ofClass.isEmpty()) {
                continue;
            }
            String method = methodOf(frame);
            List<Unit> tests = new ArrayList<>();
            Unit container = null;
            for (Unit u : ofClass) {
                if (u.level == Unit.Level.TEST) {
                    tests.add(u);
                } else if (u.level == Unit.Level.CLASS) {
                    container = u;
                }
            }
            // A method that ran once is the owner at any time. Among its invocations, or the class's other tests, the
            // one that ran then is the owner.
            List<Unit> byMethod =
                    tests.stream().filter(u -> u.methodName.equals(method)).toList();
            Unit test = byMethod.isEmpty() ? ranAt(tests, at) : onlyOne(byMethod);
            if (test == null && byMethod.size() > 1) {
                test = ranAt(byMethod, at);
            }
            if (test != null) {
                return test;
            }
            if (container != null) {
                return container;
            }
        }
        return null;
    }

    private static @Nullable Unit onlyOne(List<Unit> units) {
        List<Unit> leaves = new ArrayList<>(units);
        withoutAncestors(leaves);
        return leaves.size() == 1 ? leaves.get(0) : null;
    }

    private static @Nullable Unit ranAt(List<Unit> units, long millis) {
        Unit exact = onlyOne(units.stream().filter(u -> u.ranAt(millis)).toList());
        return exact != null
                ? exact
                : onlyOne(
                        units.stream().filter(u -> u.ranAt(millis, CLOCK_SLACK)).toList());
    }

    private Collection<Unit> unitsOf(String className) {
        Collection<Unit> found = byClass.get(className);
        int dollar = className.lastIndexOf('$');
        return found != null ? found : dollar > 0 ? unitsOf(className.substring(0, dollar)) : List.of();
    }

    /** The method of the source that contains a lambda's body. */
    static String methodOf(StackTraceElement frame) {
        Matcher lambda = LAMBDA.matcher(frame.getMethodName());
        return lambda.matches() ? lambda.group(1) : frame.getMethodName();
    }

    private List<Unit> runningAt(long millis) {
        List<Unit> result = runningAt(millis, 0);
        if (result.isEmpty()) {
            result = runningAt(millis, CLOCK_SLACK);
        }
        withoutAncestors(result);
        return result.size() > MAX_CANDIDATES ? List.copyOf(result.subList(0, MAX_CANDIDATES)) : List.copyOf(result);
    }

    private List<Unit> runningAt(long millis, long slack) {
        List<Unit> result = new ArrayList<>();
        for (Unit u : units.values()) {
            if (u.level == Unit.Level.TEST && u.ranAt(millis, slack)) {
                result.add(u);
            }
        }
        return result;
    }

    /** A factory runs while its dynamic tests do. Only the dynamic tests count. */
    private static void withoutAncestors(List<Unit> units) {
        units.removeIf(u -> units.stream().anyMatch(other -> other != u && other.isWithin(u)));
    }

    static Unit common(List<Unit> candidates, Unit suite) {
        if (candidates.isEmpty()) {
            return suite;
        }
        Unit common = candidates.get(0);
        while (true) {
            Unit c = common;
            if (candidates.stream().allMatch(u -> u.isWithin(c))) {
                return c.level == Unit.Level.TEST && c.parent != null ? c.parent : c;
            }
            Unit parent = c.parent;
            if (parent == null) {
                return suite;
            }
            common = parent;
        }
    }
}
