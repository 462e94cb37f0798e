package io.leakguard.netty.it;

import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.netty.NettyGuard;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A guard that is installed for each test. What a subclass starts and ends, it does so while the guard is installed. */
abstract class GuardedNetty {

    final Leaks leaks = new Leaks();
    LeakGuard guard;
    NettyGuard netty;

    LeakGuardBuilder settings() {
        return leaks.guard();
    }

    @BeforeEach
    final void install() {
        guard = settings().build();
        netty = NettyGuard.install(guard);
    }

    /** Shuts loops down whose channels are closed: one that ends at once may leave a channel open. */
    final void endOnceEmpty(EventLoopGroup group) {
        Awaitility.await().atMost(Leaks.BOUND).until(() -> netty.channels().isEmpty());
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @AfterEach
    final void uninstall() {
        netty.close();
        guard.close();
    }
}
