package io.leakguard.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Knows which test made a thread, without an agent. The JDK asks an inheritable thread-local for the child's value, on
 * the thread that makes the child, inside its constructor. The child is unknown at that moment, but its id is known:
 * ids are consecutive, and a thread that is made on the spot and never started shows the next one. If two threads make
 * threads at the same moment, this knows neither maker.
 */
final class ThreadBirths extends InheritableThreadLocal<@Nullable Unit> {

    /** The maker of a thread: the test whose code it was, and the stack. */
    record Birth(Unit unit, long creator, long nanos, List<StackTraceElement> stack) {}

    private static final long SAME_MOMENT_NANOS = 1_000_000;
    private static final int MAX_FRAMES = 256;
    private static final int MAX_KEPT = 20_000;
    private static final ThreadGroup PROBES = new ThreadGroup("leakguard-probes");

    private final Map<Long, Birth> births = new ConcurrentHashMap<>();
    private final AtomicInteger shift = new AtomicInteger();

    /** One for all runs of the JVM. Several would each make a probe, and the ids would not be consecutive. */
    static final ThreadBirths OF_THE_JVM = new ThreadBirths();

    private ThreadBirths() {
        calibrate();
    }

    /** The JDK's version determines whether a thread gets its id before or after it inherits. */
    private void calibrate() {
        long[] probed = new long[1];
        InheritableThreadLocal<Boolean> trial = new InheritableThreadLocal<>() {
            @Override
            protected Boolean childValue(Boolean parentValue) {
                probed[0] = nextId();
                return parentValue;
            }
        };
        trial.set(true);
        try {
            for (int attempt = 0; attempt < 20; attempt++) {
                probed[0] = 0;
                Thread child = new Thread(PROBES, null, "leakguard-trial", 0, true);
                long difference = id(child) - probed[0];
                if (probed[0] != 0 && (difference == 1 || difference == -1)) {
                    shift.set((int) difference);
                    return;
                }
            }
        } finally {
            trial.remove();
        }
    }

    private static long nextId() {
        return id(new Thread(PROBES, null, "leakguard-probe", 0, false));
    }

    @SuppressWarnings("deprecation") // threadId() is not in JDK 17
    static long id(Thread thread) {
        return thread.getId();
    }

    @Override
    protected @Nullable Unit childValue(@Nullable Unit unit) {
        int known = shift.get();
        if (unit != null && known != 0 && births.size() < MAX_KEPT) {
            long creator = id(Thread.currentThread());
            Birth birth = new Birth(unit, creator, System.nanoTime(), stack());
            births.merge(nextId() + known, birth, (a, b) -> new Birth(unit, -1, 0, List.of()));
        }
        return unit;
    }

    private static List<StackTraceElement> stack() {
        return StackWalker.getInstance()
                .walk(frames -> frames.limit(MAX_FRAMES)
                        .map(StackWalker.StackFrame::toStackTraceElement)
                        .toList());
    }

    /** The maker of a thread; null if it is not certain. */
    @Nullable
    Birth of(Thread thread) {
        long id = id(thread);
        Birth birth = births.get(id);
        if (birth == null || birth.creator() == -1) {
            return null;
        }
        boolean alone = LongStream.of(id - 2, id - 1, id + 1, id + 2)
                .mapToObj(births::get)
                .allMatch(next -> next == null
                        || next.creator() == birth.creator()
                        || Math.abs(next.nanos() - birth.nanos()) > SAME_MOMENT_NANOS);
        return alone ? birth : null;
    }

    /** Forgets threads that have ended. */
    void keepOnly(Iterable<Thread> alive) {
        if (births.size() < MAX_KEPT / 2) {
            return;
        }
        List<Long> ids = new ArrayList<>();
        alive.forEach(t -> ids.add(id(t)));
        births.keySet().retainAll(ids);
    }
}
