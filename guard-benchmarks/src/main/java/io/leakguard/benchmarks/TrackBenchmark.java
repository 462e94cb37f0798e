package io.leakguard.benchmarks;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Opening and closing one resource: the handle, its tracking and its end.
 *
 * <p>The peers do the same work in the same run: a bare {@link Cleaner}, one per thread and one that all threads share, and
 * Netty's detector.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
@SuppressWarnings("ReachabilityFenceUsage") // what is measured must not be wrapped in a try
public class TrackBenchmark {

    private static final ResourceKind KIND = ResourceKind.of("bench.resource");

    /** Frames between the benchmark and the opening. */
    @Param({"1", "20", "60"})
    public int depth;

    /** Other resources that are open meanwhile. */
    @Param({"0"})
    public int open;

    private LeakGuard nothingCaptured;
    private LeakGuard allCaptured;
    private LeakGuard byDefault;
    private Cleaner shared;
    private ResourceLeakDetector<Object> simple;
    private ResourceLeakDetector<Object> paranoid;
    private final List<Object> held = new ArrayList<>();

    /** A cleaner that no other thread uses. */
    @State(Scope.Thread)
    public static class Own {
        final Cleaner cleaner = Cleaner.create();
    }

    @Setup(Level.Trial)
    public void setUp() {
        nothingCaptured = guard(CaptureBudget.none());
        allCaptured = guard(CaptureBudget.unlimited());
        byDefault = LeakGuard.builder().log(false).build();
        shared = Cleaner.create();
        simple = new ResourceLeakDetector<>(Object.class, 128);
        paranoid = new ResourceLeakDetector<>(Object.class, 1);
        for (int i = 0; i < open; i++) {
            Object handle = new Object();
            held.add(handle);
            held.add(nothingCaptured.track(handle, KIND));
            held.add(byDefault.track(handle, KIND));
            shared.register(handle, () -> {});
        }
    }

    private static LeakGuard guard(CaptureBudget budget) {
        return LeakGuard.builder()
                .capture(budget)
                .escalation(Duration.ZERO)
                .log(false)
                .build();
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        nothingCaptured.close();
        allCaptured.close();
        byDefault.close();
        Reference.reachabilityFence(held);
    }

    private static Object bare(Cleaner cleaner) {
        Object handle = new Object();
        Cleaner.Cleanable cleanable = cleaner.register(handle, new Action());
        cleanable.clean();
        Reference.reachabilityFence(handle);
        return handle;
    }

    private static Object bareWithThrowable(Cleaner cleaner) {
        Object handle = new Object();
        Cleaner.Cleanable cleanable = cleaner.register(handle, new ActionWithStack());
        cleanable.clean();
        Reference.reachabilityFence(handle);
        return handle;
    }

    private static Object tracked(LeakGuard guard) {
        Object handle = new Object();
        LeakTracker tracker = guard.track(handle, KIND);
        tracker.close();
        Reference.reachabilityFence(handle);
        return handle;
    }

    private static Object netty(ResourceLeakDetector<Object> detector, ResourceLeakDetector.Level level) {
        ResourceLeakDetector.setLevel(level);
        Object handle = new Object();
        ResourceLeakTracker<Object> tracker = detector.track(handle);
        if (tracker != null) {
            tracker.close(handle);
        }
        return handle;
    }

    private static final class Action implements Runnable {
        @Override
        public void run() {
            // a bare registration: nothing to do
        }
    }

    private static final class ActionWithStack implements Runnable {
        private final Throwable stack = new Throwable();

        @Override
        public void run() {
            Reference.reachabilityFence(stack);
        }
    }

    @Benchmark
    public Object bareCleaner(Own own) {
        return Depth.at(depth, () -> bare(own.cleaner));
    }

    @Benchmark
    public Object bareSharedCleaner() {
        return Depth.at(depth, () -> bare(shared));
    }

    @Benchmark
    public Object bareCleanerAndThrowable(Own own) {
        return Depth.at(depth, () -> bareWithThrowable(own.cleaner));
    }

    @Benchmark
    public Object guardNothingCaptured() {
        return Depth.at(depth, () -> tracked(nothingCaptured));
    }

    @Benchmark
    public Object guardAllCaptured() {
        return Depth.at(depth, () -> tracked(allCaptured));
    }

    @Benchmark
    public Object guardByDefault() {
        return Depth.at(depth, () -> tracked(byDefault));
    }

    @Benchmark
    public Object guardDisabled() {
        return Depth.at(depth, () -> tracked(LeakGuard.disabled()));
    }

    @Benchmark
    public Object nettySimple() {
        return Depth.at(depth, () -> netty(simple, ResourceLeakDetector.Level.SIMPLE));
    }

    @Benchmark
    public Object nettyParanoid() {
        return Depth.at(depth, () -> netty(paranoid, ResourceLeakDetector.Level.PARANOID));
    }
}
