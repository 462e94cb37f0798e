package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The part of a guard in one Netty. {@link NettyGuard} has one for the plain Netty, and a copy for each shaded one. */
final class NettyInstallation implements AutoCloseable {

    private static final Duration GROWTH_PERIOD = Duration.ofMinutes(10);

    final LeakGuard guard;
    final OpenChannels channels;
    private final Installation detection;
    final List<Function<ChannelHandlerContext, @Nullable LeakScope>> passedScopes = new CopyOnWriteArrayList<>();
    private final Map<EventLoopGroup, LeakTracker> groups = new WeakHashMap<>();

    private NettyInstallation(LeakGuard guard, Installation detection) {
        this.guard = guard;
        this.detection = detection;
        this.channels = new OpenChannels(guard, GROWTH_PERIOD);
    }

    static NettyInstallation install(LeakGuard guard) {
        // Must come first, and in a class of its own: Netty's detector must not be loaded yet.
        String lockedBecause = Unlock.tryUnlock();
        return new NettyInstallation(guard, Installations.OF_PROCESS.install(guard, lockedBecause));
    }

    BufferTracking buffers() {
        return detection.buffers();
    }

    /** For {@link ShadedNetty}, whose enum is another class. */
    String buffersName() {
        return buffers().name();
    }

    /** For {@link ShadedNetty}: a shaded Netty does not find our extension. */
    void watchAllThatCarryBuffers() {
        AllChannels.addThoseThatCarryBuffers(channels);
    }

    void watch(AbstractBootstrap<?, ?> bootstrap) {
        if (bootstrap instanceof ServerBootstrap server) {
            ChannelHandler accepted = server.config().childHandler();
            if (accepted == null) {
                throw new IllegalArgumentException("the bootstrap has no childHandler yet: watch it after setting one");
            }
            if (!(accepted instanceof ChannelWatcher)) {
                server.childHandler(new ChannelWatcher(channels, NettyGuard.CHANNEL_ACCEPTED, accepted));
                server.handler(new ChannelWatcher(
                        channels, NettyGuard.CHANNEL_SERVER, server.config().handler()));
            }
            track(server.config().childGroup());
        } else {
            ChannelHandler handler = bootstrap.config().handler();
            if (handler == null) {
                throw new IllegalArgumentException("the bootstrap has no handler yet: watch it after setting one");
            }
            if (!(handler instanceof ChannelWatcher) && bootstrap instanceof Bootstrap client) {
                client.handler(new ChannelWatcher(channels, NettyGuard.CHANNEL, handler));
            }
        }
        track(bootstrap.config().group());
    }

    private void track(@Nullable EventLoopGroup group) {
        if (group == null || group instanceof GuardedEventLoopGroup || group.isShuttingDown()) {
            return;
        }
        synchronized (groups) {
            if (groups.containsKey(group)) {
                return;
            }
            LeakTracker tracker = guard.track(
                    group, NettyGuard.EVENT_LOOP_GROUP, group.getClass().getSimpleName());
            groups.put(group, tracker);
            group.terminationFuture().addListener(future -> tracker.close());
        }
    }

    @Override
    public void close() {
        detection.close();
        AllChannels.remove(channels);
        passedScopes.forEach(PassedScopes::remove);
        synchronized (groups) {
            groups.forEach((group, tracker) -> {
                if (group.isShuttingDown()) {
                    tracker.close(); // counts as shut down, though its threads may take seconds to end
                }
            });
            groups.clear();
        }
    }
}
