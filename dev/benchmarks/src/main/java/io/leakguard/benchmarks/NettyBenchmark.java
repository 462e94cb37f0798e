package io.leakguard.benchmarks;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
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

/** Allocating and releasing a pooled direct buffer, with Netty's own detector at its levels and with the guard. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NettyBenchmark {

    private static final String MIN = "-Xms1g";
    private static final String MAX = "-Xmx1g";

    /** Frames between the benchmark and the allocation. */
    @Param({"1", "20"})
    public int depth;

    private NettyGuarding guarding;
    private ByteBufAllocator alloc;

    @Setup(Level.Trial)
    public void setUp() {
        guarding = new NettyGuarding();
        alloc = PooledByteBufAllocator.DEFAULT;
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        guarding.close();
    }

    private boolean allocateAndRelease() {
        return Depth.at(depth, () -> alloc.directBuffer(256).release());
    }

    @Benchmark
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.NONE, NettyGuarding.DISABLED})
    public boolean nettyDisabled() {
        return allocateAndRelease();
    }

    @Benchmark
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.NONE, NettyGuarding.SIMPLE})
    public boolean nettySimple() {
        return allocateAndRelease();
    }

    @Benchmark
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.NONE, NettyGuarding.PARANOID})
    public boolean nettyParanoid() {
        return allocateAndRelease();
    }

    @Benchmark
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.NO_STACK})
    public boolean guardNothingCaptured() {
        return allocateAndRelease();
    }

    @Benchmark
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.DEFAULT})
    public boolean guardByDefault() {
        return allocateAndRelease();
    }

    @Benchmark
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.EVERY_STACK})
    public boolean guardAllCaptured() {
        return allocateAndRelease();
    }
}
