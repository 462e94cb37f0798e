package io.leakguard.netty.it;

import io.leakguard.LeakGuard;
import io.leakguard.netty.NettyGuard;
import java.lang.reflect.Method;

/** A JVM of its own in which there may be no Netty but a shaded one: nothing here names Netty's classes. */
final class ShadedChild {
    private ShadedChild() {}

    private static long open(LeakGuard guard) {
        return guard.stats().of(Leaks.BYTEBUF).open();
    }

    /** A Netty under another name, as gRPC has it; by reflection, since the tests are not compiled with it. */
    public static void main(String[] args) throws ReflectiveOperationException {
        try (LeakGuard guard = LeakGuard.create();
                NettyGuard netty = NettyGuard.install(guard)) {
            System.out.println("buffers " + netty.buffers());
            Class<?> pool = Class.forName("io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator");
            Object alloc = pool.getField("DEFAULT").get(null);
            Object buffer = pool.getMethod("directBuffer", int.class).invoke(alloc, 64);
            System.out.println("open " + open(guard));
            if (open(guard) == 0) {
                return;
            }
            Method release = Class.forName("io.grpc.netty.shaded.io.netty.util.ReferenceCounted")
                    .getMethod("release");
            release.invoke(buffer);
            System.out.println("released " + open(guard));
            buffer = null;
            for (int i = 0; i < 50; i++) {
                pool.getMethod("directBuffer", int.class).invoke(alloc, 64);
            }
            Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).leaked() >= 50);
            Leaks.settle(guard);
            System.out.println("leaked " + guard.stats().of(Leaks.BYTEBUF).leaked());
            netty.close();
            System.out.println("closed " + netty.buffers());
            try (NettyGuard again = NettyGuard.install(guard)) {
                Object another = pool.getMethod("directBuffer", int.class).invoke(alloc, 64);
                System.out.println("again " + again.buffers() + " " + open(guard));
                release.invoke(another);
            }
        }
    }
}
