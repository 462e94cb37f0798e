package io.leakguard.benchmarks;

import io.leakguard.CaptureBudget;
import io.leakguard.HoldDurations;
import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** The cost of counting hold durations, beside opening and closing one resource. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
@SuppressWarnings("ReachabilityFenceUsage") // what is measured must not be wrapped in a try
public class HoldBenchmark {

    private static final ResourceKind KIND = ResourceKind.of("bench.hold");

    /** Whether somebody reads hold durations. */
    @Param({"false", "true"})
    public boolean counted;

    private LeakGuard guard;
    private @Nullable HoldDurations reader;

    @Setup(Level.Trial)
    public void setUp() {
        guard = LeakGuard.builder()
                .capture(CaptureBudget.none())
                .escalation(Duration.ZERO)
                .log(false)
                .build();
        reader = counted ? guard.holdDurations() : null;
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        if (reader != null) {
            reader.close();
        }
        guard.close();
    }

    @Benchmark
    public boolean trackAndClose() {
        Object handle = new Object();
        boolean closed = guard.track(handle, KIND).close();
        Reference.reachabilityFence(handle);
        return closed;
    }
}
