package io.leakguard.junit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the process had before a class or the suite, to be compared with what it has afterwards: descriptors, and threads
 * that would keep it alive. This finds leaks in projects that wrap nothing.
 */
final class Environment {

    /**
     * Something that wasn't there before.
     *
     * @param type file, socket, pipe, selector, other or thread
     * @param subject what a descriptor leads to, or a thread's name
     * @param because why it is accepted; empty if it isn't
     */
    record Finding(
            String type,
            Settings.Check check,
            String where,
            String what,
            String subject,
            String detail,
            String because) {

        /** What {@link AllowLeaks#kind} is matched against. */
        String kind() {
            return type.equals("thread") ? type : "descriptor." + type;
        }

        boolean isAccepted() {
            return !because.isEmpty();
        }

        Finding accepted(String reason) {
            return new Finding(type, check, where, what, subject, detail, reason);
        }

        Finding warning() {
            return new Finding(type, Settings.Check.WARN, where, what, subject, detail, because);
        }

        String verdict() {
            return isAccepted() ? "allowed" : check.name().toLowerCase(Locale.ROOT);
        }
    }

    private final @Nullable Map<Integer, String> descriptors;
    private final @Nullable Set<Thread> threads;

    private Environment(@Nullable Map<Integer, String> descriptors, @Nullable Set<Thread> threads) {
        this.descriptors = descriptors;
        this.threads = threads;
    }

    /** Has the JDK open what it opens once and keeps, so that it isn't taken for a test's. */
    static void warmUp() {
        Descriptors.warmUp();
    }

    static @Nullable Environment before(Settings settings, Settings.Level level) {
        boolean ofDescriptors = settings.descriptors() != Settings.Check.OFF && settings.descriptorsLevel() == level;
        boolean ofThreads = settings.threads() != Settings.Check.OFF && settings.threadsLevel() == level;
        return ofDescriptors || ofThreads
                ? new Environment(ofDescriptors ? Descriptors.list() : null, ofThreads ? nonDaemons() : null)
                : null;
    }

    /** What is there now and wasn't before. Runs the garbage collector if there are new descriptors. */
    List<Finding> after(Settings settings, Collector collector, String where, boolean othersRun) {
        List<Finding> findings = new ArrayList<>();
        if (othersRun) {
            // Whose they are can't be told while other classes run: the suite's comparison is the one that can.
            return findings;
        }
        Map<Integer, String> before = descriptors;
        if (before != null) {
            Map<Integer, String> left = awaitClose(before, settings.grace());
            // Before the collection: of a socket that is closed nobody knows where it led to.
            Map<Integer, String> subjects = new TreeMap<>();
            left.forEach((fd, target) -> subjects.put(fd, Descriptors.describe(target)));
            left.keySet().removeIf(fd -> Descriptors.isOfTheJvm(subjects.getOrDefault(fd, "")));
            if (!left.isEmpty()) {
                boolean sure = collector.collect();
                Map<Integer, String> afterGc = newOnes(before, Descriptors.list());
                left.forEach((fd, target) -> {
                    String subject = subjects.getOrDefault(fd, target);
                    findings.add(new Finding(
                            Descriptors.type(target),
                            settings.descriptors(),
                            where,
                            "descriptor " + fd + ", " + subject,
                            subject,
                            target.equals(afterGc.get(fd))
                                    ? "still open"
                                    : sure
                                            ? "never closed: the JDK did it for you when the object was collected"
                                            : "closed meanwhile",
                            ""));
                });
            }
        }
        addThreads(findings, settings, where);
        return findings;
    }

    private void addThreads(List<Finding> findings, Settings settings, String where) {
        Set<Thread> threadsBefore = threads;
        if (threadsBefore != null) {
            for (Thread thread : newThreads(threadsBefore, settings.grace())) {
                StackTraceElement[] stack = thread.getStackTrace();
                findings.add(new Finding(
                        "thread",
                        settings.threads(),
                        where,
                        "non-daemon thread " + thread.getName() + ", " + thread.getState(),
                        thread.getName(),
                        stack.length == 0 ? "no stack" : at(stack),
                        ""));
            }
        }
    }

    private static String at(StackTraceElement[] stack) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(5, stack.length); i++) {
            text.append(i == 0 ? "at " : "\n      at ").append(stack[i]);
        }
        return text.toString();
    }

    /** What is new and not closed within the grace, which what is closed asynchronously needs. */
    private static Map<Integer, String> awaitClose(Map<Integer, String> before, Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        while (true) {
            Map<Integer, String> left = newOnes(before, Descriptors.list());
            if (left.isEmpty()
                    || System.nanoTime() - deadline >= 0
                    || Thread.currentThread().isInterrupted()) {
                return left;
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static Map<Integer, String> newOnes(Map<Integer, String> before, Map<Integer, String> now) {
        Map<Integer, String> result = new TreeMap<>();
        List<Integer> selectors = new ArrayList<>();
        now.forEach((fd, target) -> {
            if (!target.equals(before.get(fd)) && !Descriptors.isNoise(target)) {
                result.put(fd, target);
                if (Descriptors.isSelector(target)) {
                    selectors.add(fd);
                }
            }
        });
        // Which of them are the HTTP clients' can't be told, only how many.
        selectors.stream()
                .limit(selectors.isEmpty() ? 0 : Descriptors.selectorsOfHttpClients())
                .forEach(result::remove);
        return result;
    }

    private static Set<Thread> nonDaemons() {
        return Descriptors.threads().stream()
                .filter(t -> !t.isDaemon() && t.isAlive() && !isOfTheRun(t))
                .collect(Collectors.toSet());
    }

    /** Threads of those who run tests, and such as no test is to end. */
    private static boolean isOfTheRun(Thread thread) {
        String name = thread.getName();
        return name.startsWith("surefire-")
                || name.startsWith("junit-")
                || name.startsWith("leakguard-")
                || name.startsWith("ForkJoinPool-")
                // Netty's one for the process, which nobody can end: it does so itself when it had nothing to do for a
                // second.
                || name.startsWith("globalEventExecutor-")
                || name.equals("DestroyJavaVM");
    }

    /** Waits for those that are ending. */
    private static List<Thread> newThreads(Set<Thread> before, Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        List<Thread> result = new ArrayList<>();
        for (Thread thread : nonDaemons()) {
            if (!before.contains(thread) && thread != Thread.currentThread()) {
                try {
                    thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return result;
                }
                if (thread.isAlive()) {
                    result.add(thread);
                }
            }
        }
        return result;
    }
}
