package io.leakguard.netty.it;

import io.leakguard.LeakGuard;
import io.leakguard.netty.NettyGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A guard that is installed for each test. What a subclass starts and ends, it does so while the guard is installed. */
abstract class GuardedNetty {

    final Leaks leaks = new Leaks();
    LeakGuard guard;
    NettyGuard netty;

    LeakGuard.Builder settings() {
        return leaks.guard();
    }

    @BeforeEach
    final void install() {
        guard = settings().build();
        netty = NettyGuard.install(guard);
    }

    @AfterEach
    final void uninstall() {
        netty.close();
        guard.close();
    }
}
