package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.netty.NettyGuard;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/** Puts Netty under the guard if guard-netty and Netty are on the class path. */
final class NettyInstallation implements AutoCloseable {

    private final NettyGuard netty;

    private NettyInstallation(NettyGuard netty) {
        this.netty = netty;
    }

    static @Nullable NettyInstallation install(Environment environment, LeakGuard guard) {
        ClassLoader loader = NettyInstallation.class.getClassLoader();
        return guard.isEnabled()
                        && environment.getProperty("leakguard.spring.netty", Boolean.class, true)
                        && ClassUtils.isPresent("io.netty.channel.Channel", loader)
                        && ClassUtils.isPresent("io.leakguard.netty.NettyGuard", loader)
                ? new NettyInstallation(Netty.install(guard))
                : null;
    }

    NettyGuard netty() {
        return netty;
    }

    @Override
    public void close() {
        netty.close();
    }

    /** Loaded only if guard-netty is present. */
    private static final class Netty {
        static NettyGuard install(LeakGuard guard) {
            NettyGuard netty = NettyGuard.install(guard);
            ClassLoader loader = NettyInstallation.class.getClassLoader();
            return ClassUtils.isPresent("reactor.netty.channel.ChannelOperations", loader)
                            && ClassUtils.isPresent("io.micrometer.context.ThreadLocalAccessor", loader)
                    ? netty.scopesOfPassed(new ReactorNettyScopes())
                    : netty;
        }
    }
}
