package io.leakguard.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The cost of one stack, captured and turned into elements. The default capture budget follows from it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CaptureBenchmark {

    @Param({"1", "20", "60", "200"})
    public int depth;

    @Benchmark
    public Object capture() {
        return Depth.at(depth, Throwable::new);
    }

    @Benchmark
    public Object captureAndMaterialise() {
        return Depth.at(depth, () -> new Throwable().getStackTrace());
    }
}
