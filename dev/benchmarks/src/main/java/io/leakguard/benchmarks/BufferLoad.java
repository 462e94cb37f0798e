package io.leakguard.benchmarks;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.SynchronousQueue;

/**
 * Allocates and releases a pooled direct buffer of 256 bytes, {@value #DEPTH} calls deep, as {@link NettyBenchmark}
 * does, but on a thread for which Netty keeps buffers, such as an event loop's.
 */
final class BufferLoad {

    private static final int BUFFERS = 100_000;
    private static final int DEPTH = 20;

    private final SynchronousQueue<Integer> wanted = new SynchronousQueue<>();
    private final SynchronousQueue<Integer> done = new SynchronousQueue<>();

    BufferLoad() {
        NettyGuarding guarding = new NettyGuarding();
        ByteBufAllocator alloc = PooledByteBufAllocator.DEFAULT;
        Thread loop = new FastThreadLocalThread(() -> {
            try {
                while (true) {
                    int n = wanted.take();
                    int released = 0;
                    for (int i = 0; i < n; i++) {
                        released +=
                                Depth.at(DEPTH, () -> alloc.directBuffer(256).release()) ? 1 : 0;
                    }
                    done.put(released);
                }
            } catch (InterruptedException e) {
                guarding.close();
            }
        });
        loop.setDaemon(true);
        loop.start();
    }

    int allocateAndRelease() throws InterruptedException {
        wanted.put(BUFFERS);
        return done.take();
    }
}
