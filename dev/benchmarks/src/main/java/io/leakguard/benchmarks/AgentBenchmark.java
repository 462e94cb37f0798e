package io.leakguard.benchmarks;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What the agent adds to opening and closing: a file that is read, a connection that is accepted, a directory that is listed. The
 * plain JVM and two floors are in the same run: hooks that call a method which does nothing, and the same with a {@code
 * Throwable} for each opening. The agent's jar must be built: {@code mvn -q -Pbenchmark -Dbench=AgentBenchmark} does.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class AgentBenchmark {

    private static final String AGENT = "-javaagent:../../guard-agent/target/guard-agent.jar=agent.watch=false";
    private static final String EVERY_STACK = AGENT + ",capture=unlimited";
    private static final String HEAP = "-Xmx1g";

    /** What is opened and closed. */
    @Param({"file", "accept", "list"})
    public String what;

    /** Frames between the benchmark and the opening. */
    @Param("5")
    public int depth;

    private ServerSocket server;

    /** A walked stack, as the guard keeps it. */
    private static final class Stack extends Throwable {
        private static final long serialVersionUID = 1L;

        Stack() {
            super(null, null, false, true);
        }
    }

    @Setup(Level.Trial)
    public void bind() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @TearDown(Level.Trial)
    public void unbind() throws IOException {
        server.close();
    }

    /** Nobody listens to the hooks. */
    private static void silence() throws ReflectiveOperationException {
        Class<?> bridge = Class.forName("java.lang.LeakGuardBridge");
        bridge.getMethod("sink", bridge).invoke(null, new Object[] {null});
    }

    /** Of those without a sink. */
    @State(Scope.Benchmark)
    public static class Silent {
        @Setup(Level.Trial)
        public void begin() throws ReflectiveOperationException {
            silence();
        }
    }

    @Benchmark
    @Fork(jvmArgsAppend = HEAP)
    public int plain() throws IOException {
        return deeper(depth, null);
    }

    @Benchmark
    @Fork(jvmArgsAppend = {HEAP, AGENT})
    public int emptyHook(Silent silent) throws IOException {
        return deeper(depth, null);
    }

    @Benchmark
    @Fork(jvmArgsAppend = {HEAP, AGENT})
    public int throwableHook(Silent silent, Blackhole stacks) throws IOException {
        return deeper(depth, stacks);
    }

    @Benchmark
    @Fork(jvmArgsAppend = {HEAP, AGENT})
    public int agent() throws IOException {
        return deeper(depth, null);
    }

    @Benchmark
    @Fork(jvmArgsAppend = {HEAP, EVERY_STACK})
    public int everyStack() throws IOException {
        return deeper(depth, null);
    }

    @Benchmark
    @Threads(2)
    @Fork(jvmArgsAppend = HEAP)
    public int plainTwoThreads() throws IOException {
        return deeper(depth, null);
    }

    @Benchmark
    @Threads(2)
    @Fork(jvmArgsAppend = {HEAP, AGENT})
    public int agentTwoThreads() throws IOException {
        return deeper(depth, null);
    }

    private int deeper(int frames, Blackhole stacks) throws IOException {
        return frames > 1 ? deeper(frames - 1, stacks) : open(stacks);
    }

    private int open(Blackhole stacks) throws IOException {
        if (stacks != null) {
            stacks.consume(new Stack());
        }
        switch (what) {
            case "file":
                try (FileInputStream in = new FileInputStream("/etc/hosts")) {
                    return in.read();
                }
            case "accept":
                try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                        Socket accepted = server.accept()) {
                    return accepted.getPort() + client.getPort();
                }
            default:
                try (Stream<Path> files = Files.list(Path.of("/etc/ssl"))) {
                    return files.isParallel() ? 1 : 0;
                }
        }
    }
}
