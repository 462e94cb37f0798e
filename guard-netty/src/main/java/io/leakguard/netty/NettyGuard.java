package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.ResourceKind.AtCollection;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Puts Netty's buffers, and what else Netty has leak detection for, under a guard: the entry to this module.
 *
 * <p>Install it before anything else uses Netty, best as the first line of {@code main}: {@link #buffers()} says whether
 * that was early enough, and the log does if it was not. There is one Netty in a process, so installations share it: the
 * last one that is not closed tracks. Thread-safe.
 *
 * {@snippet :
 * try (LeakGuard guard = LeakGuard.create(); NettyGuard netty = NettyGuard.install(guard)) {
 *     ServerBootstrap server = netty.watch(new ServerBootstrap().group(group).childHandler(handlers));
 * }
 * }
 */
public final class NettyGuard implements AutoCloseable {

    /** A {@link io.netty.buffer.ByteBuf} of any allocator. */
    public static final ResourceKind BYTEBUF =
            ResourceKind.of("netty.bytebuf", AtCollection.LOST_UNTIL_EXIT, "release()");

    /** A channel of a client's bootstrap. */
    public static final ResourceKind CHANNEL = ResourceKind.of("netty.channel", AtCollection.LOST_UNTIL_EXIT);
    /** A channel that a server's bootstrap accepted. */
    public static final ResourceKind CHANNEL_ACCEPTED =
            ResourceKind.of("netty.channel.accepted", AtCollection.LOST_UNTIL_EXIT);
    /** A channel of a server's bootstrap that listens. */
    public static final ResourceKind CHANNEL_SERVER =
            ResourceKind.of("netty.channel.server", AtCollection.LOST_UNTIL_EXIT);
    /** An {@link EventLoopGroup} and its threads. */
    public static final ResourceKind EVENT_LOOP_GROUP =
            ResourceKind.of("netty.eventloopgroup", AtCollection.LOST_UNTIL_EXIT, "shutdownGracefully()");

    private static final Duration IDLE_AFTER = Duration.ofSeconds(30);
    private static final Duration GROWTH_PERIOD = Duration.ofMinutes(10);

    private final LeakGuard guard;
    private final Detection.Installation installation;
    private final Map<EventLoopGroup, LeakTracker> groups = new WeakHashMap<>();
    private final OpenChannels channels;

    private NettyGuard(LeakGuard guard, Detection.Installation installation) {
        this.guard = guard;
        this.installation = installation;
        this.channels = new OpenChannels(guard, GROWTH_PERIOD);
    }

    /**
     * Has Netty's resources tracked by a guard from now on.
     *
     * @param guard the guard
     * @return the installation, to be closed
     */
    public static NettyGuard install(LeakGuard guard) {
        Objects.requireNonNull(guard, "guard");
        // First of all, and in a class of its own: nothing may have loaded Netty's detector by then.
        String lockedBecause = Unlock.tryUnlock();
        return new NettyGuard(guard, Detection.install(guard, lockedBecause));
    }

    /**
     * Returns the guard.
     *
     * @return the guard that it was installed with
     */
    public LeakGuard guard() {
        return guard;
    }

    /**
     * Tells how completely buffers are seen.
     *
     * @return {@link BufferTracking#EVERY} if it was installed before Netty was used
     */
    public BufferTracking buffers() {
        return installation.buffers;
    }

    // ------------------------------------------------------------------------------------------------- channels

    /**
     * Has the channels of a bootstrap tracked: the last call before {@code bind} or {@code connect}, since it puts a handler
     * of its own before the one that is set now. This line is the site of its channels, and a scope that is open here is
     * theirs. Its event loop groups are tracked too, until they have terminated.
     *
     * @param bootstrap a {@link ServerBootstrap} or a {@link Bootstrap}
     * @param <B> its type
     * @return the same bootstrap
     * @throws IllegalArgumentException if no handler is set yet for the channels
     */
    public <B extends AbstractBootstrap<B, ?>> B watch(B bootstrap) {
        if (bootstrap instanceof ServerBootstrap server) {
            ChannelHandler accepted = server.config().childHandler();
            if (accepted == null) {
                throw new IllegalArgumentException("the bootstrap has no childHandler yet: watch it after setting one");
            }
            if (!(accepted instanceof ChannelWatcher)) {
                server.childHandler(new ChannelWatcher(guard, channels, CHANNEL_ACCEPTED, accepted));
                server.handler(new ChannelWatcher(
                        guard, channels, CHANNEL_SERVER, server.config().handler()));
            }
            track(server.config().childGroup());
        } else {
            ChannelHandler handler = bootstrap.config().handler();
            if (handler == null) {
                throw new IllegalArgumentException("the bootstrap has no handler yet: watch it after setting one");
            }
            if (!(handler instanceof ChannelWatcher)) {
                bootstrap.handler(new ChannelWatcher(guard, channels, CHANNEL, handler));
            }
        }
        track(bootstrap.config().group());
        return bootstrap;
    }

    /**
     * Has an event loop group tracked: use what this returns in its place. It is a leak once nobody holds it any more, no
     * channel that was registered through it is open, and it was never shut down.
     *
     * @param group the group
     * @return a group that does what {@code group} does
     */
    public EventLoopGroup watch(EventLoopGroup group) {
        return group instanceof GuardedEventLoopGroup ? group : new GuardedEventLoopGroup(guard, group);
    }

    private void track(@Nullable EventLoopGroup group) {
        if (group == null || group instanceof GuardedEventLoopGroup || group.isShuttingDown()) {
            return;
        }
        synchronized (groups) {
            if (groups.containsKey(group)) {
                return;
            }
            LeakTracker tracker =
                    guard.track(group, EVENT_LOOP_GROUP, group.getClass().getSimpleName());
            groups.put(group, tracker);
            group.terminationFuture().addListener(future -> tracker.close());
        }
    }

    /**
     * Returns the channels of watched bootstraps that are open now; idle is what carried nothing for 30 s.
     *
     * @return the channels, oldest first
     */
    public List<OpenChannel> channels() {
        return channels.list(IDLE_AFTER);
    }

    /**
     * Returns the channels of watched bootstraps that are open now.
     *
     * @param idleAfter for how long a channel that is called idle has carried nothing
     * @return the channels, oldest first
     */
    public List<OpenChannel> channels(Duration idleAfter) {
        return channels.list(idleAfter);
    }

    /**
     * Returns how many channels are open to and from each remote host. One that keeps growing is also reported to the
     * guard's listeners, as {@link io.leakguard.LeakCause#GROWING}: an hour after it began at the earliest.
     *
     * @return the hosts, most open channels first
     */
    public List<RemoteHost> remoteHosts() {
        return channels.hosts(IDLE_AFTER);
    }

    /**
     * Sets how long a period is for {@link #remoteHosts()}: a host whose number of open channels rises in six of them running
     * is growing. 10 minutes unless it is set; what was seen until now is forgotten.
     *
     * @param period the length of a period
     * @return this
     * @throws IllegalArgumentException if it isn't positive
     */
    public NettyGuard growthPeriod(Duration period) {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("the growth period is " + period + ": it must be longer than zero");
        }
        channels.growthPeriod(period);
        return this;
    }

    /**
     * Returns {@link #channels()} and {@link #remoteHosts()} as a person reads them in a terminal.
     *
     * @return several lines of text
     */
    public String channelsText() {
        return channels.text(IDLE_AFTER);
    }

    // ------------------------------------------------------------------------------------------------- scopes

    /**
     * Returns a handler that has a scope follow each HTTP/1.1 request through the handlers after it: put a new one right
     * behind the {@code HttpServerCodec} of each channel. What they open for a request belongs to {@code GET /path}, and
     * must be closed when the response has been written. Needs netty-codec-http.
     *
     * @return a new handler, for one channel
     */
    public ChannelHandler httpRequestScope() {
        return new ScopeHandler(guard, HttpProtocol.create());
    }

    /**
     * Returns a handler that has a scope follow each request of any protocol that answers in order, as {@link
     * #httpRequestScope()} does for HTTP.
     *
     * @param startOf is given each message that is read, on the event loop: the name of the request that it begins, or
     *     {@code null}
     * @param isLast is given each message that is written, on the event loop: whether it ends the answer
     * @return a new handler, for one channel
     */
    public ChannelHandler requestScope(Function<Object, @Nullable String> startOf, Predicate<Object> isLast) {
        Objects.requireNonNull(startOf, "startOf");
        Objects.requireNonNull(isLast, "isLast");
        return new ScopeHandler(guard, new ScopeHandler.Protocol(startOf, msg -> false, isLast));
    }

    /**
     * Returns a handler that has one scope follow the channel through the handlers after it. What they open while they
     * read or write must be closed when the channel is.
     *
     * @return a new handler, for one channel
     */
    public ChannelHandler channelScope() {
        return new ScopeHandler.WholeChannel(guard);
    }

    /**
     * Returns the scope of the request that the channel read last, or else of the channel: for handlers that hand their
     * work to other threads, which take it along with {@link LeakScope#wrap}.
     *
     * @param channel the channel
     * @return the scope, if one follows it and is open
     */
    public static Optional<LeakScope> scopeOf(Channel channel) {
        return Optional.ofNullable(ScopeHandler.of(channel));
    }

    /**
     * Restores what was there before: the guard that was installed before this one, or Netty's own detection at its own
     * level. What is open stays with its guard. Closing again does nothing.
     */
    @Override
    public void close() {
        installation.close();
        synchronized (groups) {
            groups.forEach((group, tracker) -> {
                if (group.isShuttingDown()) {
                    tracker.close(); // as good as shut down, though its threads may take seconds to end
                }
            });
            groups.clear();
        }
    }
}
