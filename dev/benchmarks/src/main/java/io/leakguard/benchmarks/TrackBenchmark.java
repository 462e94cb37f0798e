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
import java.util.function.UnaryOperator;
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
 * <p>The peers do the same work in the same run: a bare {@link Cleaner}, one per thread and one for all threads, and
 * Netty's detector. Each has as many other resources open as {@link Setting#open} says, in its own registry.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = {"-Xms4g", "-Xmx4g"})
@SuppressWarnings("ReachabilityFenceUsage") // what is measured must not be wrapped in a try
public class TrackBenchmark {

    private static final ResourceKind KIND = ResourceKind.of("bench.resource");

    /** Shared by all benchmarks. */
    @State(Scope.Benchmark)
    public static class Setting {
        /** Frames between the benchmark and the opening. */
        @Param({"1", "20", "60"})
        public int depth;

        /** Other resources that are open meanwhile. */
        @Param({"0", "1000000"})
        public int open;

        private final List<Object> held = new ArrayList<>();

        /** Opens them. {@code opening} returns the object to hold beside the handle. */
        void fill(UnaryOperator<Object> opening) {
            for (int i = 0; i < open; i++) {
                Object handle = new Object();
                held.add(handle);
                held.add(opening.apply(handle));
            }
        }
    }

    /** A cleaner that no other thread uses. */
    @State(Scope.Thread)
    public static class Own {
        private final Cleaner cleaner = Cleaner.create();

        @Setup(Level.Trial)
        public void setUp(Setting setting) {
            setting.fill(handle -> cleaner.register(handle, new Action()));
        }
    }

    /** A cleaner that all threads share. */
    @State(Scope.Benchmark)
    public static class Shared {
        private final Cleaner cleaner = Cleaner.create();

        @Setup(Level.Trial)
        public void setUp(Setting setting) {
            setting.fill(handle -> cleaner.register(handle, new Action()));
        }
    }

    /** No stack. */
    @State(Scope.Benchmark)
    public static class NothingCaptured {
        private final LeakGuard guard = guard(CaptureBudget.none());

        @Setup(Level.Trial)
        public void setUp(Setting setting) {
            setting.fill(handle -> guard.track(handle, KIND));
        }

        @TearDown(Level.Trial)
        public void tearDown() {
            guard.close();
        }
    }

    /** Every stack is captured. The other open resources have none: a million stacks are another measurement. */
    @State(Scope.Benchmark)
    public static class AllCaptured {
        private final LeakGuard guard = guard(CaptureBudget.none());

        @Setup(Level.Trial)
        public void setUp(Setting setting) {
            setting.fill(handle -> guard.track(handle, KIND));
            guard.captureBudget(CaptureBudget.unlimited());
        }

        @TearDown(Level.Trial)
        public void tearDown() {
            guard.close();
        }
    }

    /** The default settings. */
    @State(Scope.Benchmark)
    public static class ByDefault {
        private final LeakGuard guard = LeakGuard.builder().log(false).build();

        @Setup(Level.Trial)
        public void setUp(Setting setting) {
            setting.fill(handle -> guard.track(handle, KIND));
        }

        @TearDown(Level.Trial)
        public void tearDown() {
            guard.close();
        }
    }

    /** Netty's detector with its default settings. */
    @State(Scope.Benchmark)
    public static class Simple {
        private final ResourceLeakDetector<Object> detector = new ResourceLeakDetector<>(Object.class, 128);

        @Setup(Level.Trial)
        public void setUp(Setting setting) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
            setting.fill(handle -> String.valueOf(detector.track(handle) != null));
        }
    }

    /** Netty's detector, tracking every buffer. The other open ones were sampled, as above. */
    @State(Scope.Benchmark)
    public static class Paranoid {
        private final ResourceLeakDetector<Object> detector = new ResourceLeakDetector<>(Object.class, 128);

        @Setup(Level.Trial)
        public void setUp(Setting setting) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
            setting.fill(handle -> String.valueOf(detector.track(handle) != null));
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        }
    }

    private static LeakGuard guard(CaptureBudget budget) {
        return LeakGuard.builder()
                .capture(budget)
                .escalation(Duration.ZERO)
                .log(false)
                .build();
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

    private static Object netty(ResourceLeakDetector<Object> detector) {
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
    public Object bareCleaner(Setting setting, Own own) {
        return Depth.at(setting.depth, () -> bare(own.cleaner));
    }

    @Benchmark
    public Object bareSharedCleaner(Setting setting, Shared shared) {
        return Depth.at(setting.depth, () -> bare(shared.cleaner));
    }

    @Benchmark
    public Object bareCleanerAndThrowable(Setting setting, Own own) {
        return Depth.at(setting.depth, () -> bareWithThrowable(own.cleaner));
    }

    @Benchmark
    public Object guardNothingCaptured(Setting setting, NothingCaptured its) {
        return Depth.at(setting.depth, () -> tracked(its.guard));
    }

    @Benchmark
    public Object guardAllCaptured(Setting setting, AllCaptured its) {
        return Depth.at(setting.depth, () -> tracked(its.guard));
    }

    @Benchmark
    public Object guardByDefault(Setting setting, ByDefault its) {
        return Depth.at(setting.depth, () -> tracked(its.guard));
    }

    @Benchmark
    public Object guardDisabled(Setting setting) {
        return Depth.at(setting.depth, () -> tracked(LeakGuard.disabled()));
    }

    @Benchmark
    public Object nettySimple(Setting setting, Simple its) {
        return Depth.at(setting.depth, () -> netty(its.detector));
    }

    @Benchmark
    public Object nettyParanoid(Setting setting, Paranoid its) {
        return Depth.at(setting.depth, () -> netty(its.detector));
    }
}
