package io.leakguard.junit;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Live platform threads: those that keep the process alive, or the daemons. */
final class ThreadSource implements Source {

    /** Whether the JDK has threads that wait for child processes. Without such a thread there is no child. */
    static final class Reapers {
        volatile boolean seen;
    }

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final List<String> OF_THE_RUN = List.of(
            "surefire-",
            "junit-",
            "leakguard-",
            "ForkJoinPool-",
            "ForkJoinPool.commonPool-",
            // Netty's thread for the process, which nobody can end. It ends by itself when it has been idle for a
            // second.
            "globalEventExecutor-",
            "DestroyJavaVM",
            "process reaper",
            "Common-Cleaner",
            "Attach Listener",
            "Keep-Alive-",
            "HttpClient-",
            "Java2D Disposer",
            "AWT-",
            "VirtualThread-",
            "Read-Poller",
            "Write-Poller",
            "JFR ",
            "RMI ",
            "GC Daemon",
            "Reference Handler",
            "Finalizer",
            "Signal Dispatcher");

    private static final Set<String> EXECUTORS =
            Set.of("java.util.concurrent.ThreadPoolExecutor", "java.util.concurrent.ForkJoinPool");

    private final boolean daemons;
    private final Creators births;
    private final Reapers reapers;
    private long startedAtList = -1;

    ThreadSource(boolean daemons, Creators births, Reapers reapers) {
        this.daemons = daemons;
        this.births = births;
        this.reapers = reapers;
    }

    /** One number shows whether any thread was started. */
    @Override
    public boolean mayHaveChanged() {
        return THREADS.getTotalStartedThreadCount() != startedAtList;
    }

    @Override
    public Set<Object> list() {
        startedAtList = THREADS.getTotalStartedThreadCount();
        Set<Object> result = new HashSet<>();
        List<Thread> threads = Descriptors.threads();
        boolean reaper = false;
        for (Thread thread : threads) {
            String name = thread.getName();
            reaper |= name.startsWith("process reaper");
            if (thread.isDaemon() == daemons && thread.isAlive() && !isOfTheRun(thread)) {
                result.add(thread);
            }
        }
        reapers.seen = reaper;
        births.keepOnly(threads);
        return result;
    }

    /** Threads of the JVM and of test runners, and others that no test must end. */
    private static boolean isOfTheRun(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        if (group == null || group.getParent() == null || group.getName().equals("InnocuousThreadGroup")) {
            return true; // it has ended, or is the system's
        }
        String name = thread.getName();
        return OF_THE_RUN.stream().anyMatch(name::startsWith);
    }

    @Override
    public Map<Object, Finding.Item> describe(Collection<Object> keys) {
        Map<Object, Finding.Item> result = new LinkedHashMap<>();
        for (Object key : keys) {
            Thread thread = (Thread) key;
            if (thread != Thread.currentThread()) {
                result.put(
                        key,
                        new Finding.Item(
                                daemons ? "thread.daemon" : "thread",
                                thread.getName(),
                                (daemons ? "daemon thread " : "non-daemon thread ") + thread.getName()));
            }
        }
        return result;
    }

    @Override
    public @Nullable Unit ownerOf(Object key) {
        ThreadBirths.Birth birth = births.of((Thread) key);
        return birth == null ? null : birth.unit();
    }

    @Override
    public String longLived(Object key, Finding.Item item) {
        ThreadBirths.Birth birth = births.of((Thread) key);
        String byBirth = birth == null ? null : LongLived.reason(birth.stack());
        return byBirth == null ? Source.super.longLived(key, item) : byBirth;
    }

    /** A server that a helper of the tests starts has threads. */
    @Override
    public boolean mayBeTheSuites(Object key, Unit owner) {
        ThreadBirths.Birth birth = births.of((Thread) key);
        return birth != null && owner.level == Unit.Level.TEST && owner.run.seen.isByHelper(birth.stack(), owner);
    }

    /** An executor's threads end with it. */
    @Override
    public boolean isTold(Object key, Unit owner) {
        ThreadBirths.Birth birth = births.of((Thread) key);
        return birth != null
                && owner.run.hasLeftExecutor(owner)
                && birth.stack().stream().anyMatch(f -> EXECUTORS.contains(f.getClassName()));
    }

    /** Where it is now, and who started it: the project's frames, not those of the JDK's pools. */
    @Override
    public String detail(Object key) {
        Thread thread = (Thread) key;
        StackTraceElement[] stack = thread.getStackTrace();
        StackTraceElement frame = Frames.firstOfProject(List.of(stack));
        String now =
                thread.getState() + (stack.length == 0 ? "" : " at " + Frames.text(frame == null ? stack[0] : frame));
        ThreadBirths.Birth birth = births.of(thread);
        if (birth == null) {
            return now;
        }
        StackTraceElement by = Frames.firstOfProject(birth.stack());
        StackTraceElement test = Frames.ofClass(birth.stack(), birth.unit().className);
        return now
                + (by == null ? "" : "\n    started at " + Frames.text(by))
                + (test == null || test.equals(by) ? "" : "\n           by " + Frames.text(test));
    }
}
