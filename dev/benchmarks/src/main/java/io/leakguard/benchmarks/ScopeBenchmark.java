package io.leakguard.benchmarks;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.ScopeOptions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A unit of work in which nothing is opened. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ScopeBenchmark {

    private static final ScopeOptions MEASURED = ScopeOptions.create().measureAllocated();

    private LeakGuard guard;

    @Setup(Level.Trial)
    public void setUp() {
        guard = LeakGuard.builder().log(false).build();
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        guard.close();
    }

    @Benchmark
    public Object emptyScope() {
        LeakScope scope = guard.openScope("event");
        scope.close();
        return scope;
    }

    @Benchmark
    public Object emptyScopeThatMeasuresAllocation() {
        LeakScope scope = guard.openScope("event", MEASURED);
        scope.close();
        return scope;
    }
}
