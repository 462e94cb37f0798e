package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ResourceKind.AtCollection;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets a guard track Netty's buffers and everything else that Netty has leak detection for. The entry to this module.
 *
 * <p>Install it before anything else uses Netty, best in the first line of {@code main}. {@link #buffers()} says
 * whether that was early enough; the log says so if it was not. A process has one Netty, so installations share it: the
 * last one that is not closed tracks. Thread-safe.
 *
 * <p>This class can be loaded where only a shaded Netty exists: its methods themselves make no object of Netty's.
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

    private final LeakGuard guard;
    /** Null if there are only shaded Nettys. */
    private final @Nullable NettyInstallation installation;

    private final List<ShadedNetty.Copy> shaded;

    private NettyGuard(LeakGuard guard, @Nullable NettyInstallation installation, List<ShadedNetty.Copy> shaded) {
        this.guard = guard;
        this.installation = installation;
        this.shaded = shaded;
    }

    /**
     * Lets a guard track Netty's resources from now on. A shaded Netty, which a library has moved to a package of its
     * own such as {@code io.grpc.netty.shaded.io.netty}, is a separate Netty. The buffers of known shaded Nettys, and
     * of those that {@code -Dleakguard.netty.shaded} names, are tracked too.
     *
     * @param guard the guard
     * @return the installation, to be closed
     * @throws IllegalStateException if there is neither a Netty nor a shaded one
     */
    public static NettyGuard install(LeakGuard guard) {
        Objects.requireNonNull(guard, "guard");
        List<String> found = ShadedNetty.find();
        if (found.isEmpty() && !ShadedNetty.isPlainThere()) {
            throw new IllegalStateException(
                    "there is no Netty on the class path of LeakGuard: add io.netty:netty-handler, or"
                            + " name the package that replaces io.netty in a shaded one, with -D" + ShadedNetty.PROPERTY
                            + "=acme.shaded.io.netty");
        }
        NettyInstallation plain = ShadedNetty.isPlainThere() ? NettyInstallation.install(guard) : null;
        return new NettyGuard(guard, plain, ShadedNetty.install(guard, found));
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
     * Tells how completely this guard sees buffers that are allocated now.
     *
     * @return {@link BufferTracking#EVERY} if it was installed before Netty was used; {@link BufferTracking#NONE} once it
     *     was closed, or while another guard that was installed after it tracks
     */
    public BufferTracking buffers() {
        if (installation != null) {
            return installation.buffers();
        }
        return shaded.isEmpty() ? BufferTracking.NONE : shaded.get(0).buffers();
    }

    /**
     * Returns how many unpooled buffers are not tracked because a class made them while it was initialised. They are
     * the class's constants, such as the line ends of Netty's HTTP codec, and nobody must release them.
     *
     * @return the count since Netty's buffers are seen, for all guards of the process
     */
    public static long constantBuffers() {
        return Constants.count();
    }

    // ------------------------------------------------------------------------------------------------- channels

    /**
     * Lets the guard track the channels of a bootstrap. Call it last, before {@code bind} or {@code connect}: it puts a
     * handler of its own before the one that is set now. This line is the site of the channels, and a scope that is
     * open here contains them. The bootstrap's event loop groups are tracked too, until they have terminated.
     *
     * @param bootstrap a {@link ServerBootstrap} or a {@link io.netty.bootstrap.Bootstrap}
     * @param <B> its type
     * @return the same bootstrap
     * @throws IllegalArgumentException if no handler is set yet for the channels
     */
    public <B extends AbstractBootstrap<B, ?>> B watch(B bootstrap) {
        plain().watch(bootstrap);
        return bootstrap;
    }

    /**
     * Lets the guard track the channels that any bootstrap opens from now on, also inside frameworks. The site is the
     * line that binds or connects, if that thread runs the application. Netty notifies of such channels since 4.1.101,
     * if this is called before the first bootstrap is used. If it is called later, the log warns and says why. The call
     * sets the system property {@code io.netty.bootstrap.extensions} to {@code serviceload}, which loads other
     * extensions too. A channel that is opened without a bootstrap, as Reactor Netty does, is seen when it first passes
     * a buffer to a handler.
     *
     * <p>{@link #watch(AbstractBootstrap)}, {@link #watchFactory(ChannelFactory)} and {@link #watch(Channel)} know
     * better who opens a channel. No channel is tracked twice.
     *
     * @return this
     */
    public NettyGuard watchAll() {
        // No method reference: it would load a class of the plain Netty, which may be absent.
        Optional<OpenChannels> channels = open();
        if (channels.isPresent()) {
            AllChannels.add(channels.get());
        }
        shaded.forEach(ShadedNetty.Copy::watchAll);
        return this;
    }

    /**
     * Lets the guard track a channel. If it is a server's, the channels that it accepts are tracked too. For frameworks
     * that have no bootstrap but show each new channel, such as Reactor Netty's {@code doOnChannelInit}. This line is
     * the site. Does nothing for a channel that is already tracked.
     *
     * @param channel the channel, before or after it is registered
     * @return the same channel
     */
    public Channel watch(Channel channel) {
        OpenChannels channels = plain().channels;
        channels.watchWithAccepted(channel, channels.originHere());
        return channel;
    }

    /**
     * Lets the guard track the channels of a factory, and the channels that they accept. For frameworks that take a
     * factory, such as gRPC's {@code NettyChannelBuilder}. This line is the site of the channels, and a scope that is
     * open here contains them.
     *
     * @param factory the factory of the channels
     * @param <C> their type
     * @return a factory that makes the same channels
     */
    public <C extends Channel> ChannelFactory<C> watchFactory(ChannelFactory<? extends C> factory) {
        Objects.requireNonNull(factory, "factory");
        return WatchingFactory.of(plain().channels, factory);
    }

    /**
     * Lets the guard track an event loop group. Use the returned group in its place. The group is a leak once nobody
     * holds it, none of its channels is open that was registered through it, and it was never shut down.
     *
     * @param group the group
     * @return a group that behaves as {@code group} does
     */
    public EventLoopGroup watch(EventLoopGroup group) {
        return GuardedEventLoopGroup.of(guard, group);
    }

    /** A caller with an object of Netty's has the plain Netty. */
    private NettyInstallation plain() {
        NettyInstallation i = installation;
        if (i == null) {
            throw new IllegalStateException("only shaded Nettys are on the class path");
        }
        return i;
    }

    private Optional<OpenChannels> open() {
        return installation == null ? Optional.empty() : Optional.of(installation.channels);
    }

    /**
     * Returns the open channels of watched bootstraps. A channel is idle if it carried nothing for 30 s.
     *
     * @return the channels, oldest first
     */
    public List<OpenChannel> channels() {
        return channels(IDLE_AFTER);
    }

    /**
     * Returns the open channels of watched bootstraps.
     *
     * @param idleAfter a channel is idle if it carried nothing for this long
     * @return the channels, oldest first
     */
    public List<OpenChannel> channels(Duration idleAfter) {
        return open().map(channels -> channels.list(idleAfter)).orElseGet(List::of);
    }

    /**
     * Returns the number of open channels to and from each remote host. A host whose number keeps growing is also
     * reported to the guard's listeners, as {@link io.leakguard.LeakCause#GROWING}, after an hour at the earliest.
     *
     * @return the hosts, most open channels first
     */
    public List<RemoteHost> remoteHosts() {
        return open().map(channels -> channels.hosts(IDLE_AFTER)).orElseGet(List::of);
    }

    /**
     * Sets the length of a period for {@link #remoteHosts()}. A host is growing if its number of open channels rises in
     * six periods in a row. The default is 10 minutes. The call drops all earlier samples.
     *
     * @param period the length of a period
     * @return this
     * @throws IllegalArgumentException if it isn't positive
     */
    public NettyGuard growthPeriod(Duration period) {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("the growth period is " + period + ": it must be longer than zero");
        }
        open().ifPresent(channels -> channels.growthPeriod(period));
        return this;
    }

    /**
     * Returns {@link #channels()} and {@link #remoteHosts()} as text for a terminal.
     *
     * @return several lines of text
     */
    public String channelsText() {
        return open().map(channels -> channels.text(IDLE_AFTER)).orElse("0 open channels");
    }

    // ------------------------------------------------------------------------------------------------- scopes

    /**
     * Returns a handler that opens a scope for each HTTP/1.1 request, which follows it through the later handlers. Put
     * a new one right behind the {@code HttpServerCodec} of each channel. Resources that the handlers open for a
     * request belong to {@code GET /path}, and must be closed when the response has been written. Needs
     * netty-codec-http.
     *
     * @return a new handler, for one channel
     */
    public ChannelHandler httpRequestScope() {
        return ScopeHandler.create(guard, HttpProtocol.create());
    }

    /**
     * Returns a handler that opens a scope for each request, as {@link #httpRequestScope()} does for HTTP, for any
     * protocol that answers in order.
     *
     * @param startOf gets each message that is read, on the event loop; returns the name of the request that it begins,
     *     or {@code null}
     * @param isLast gets each message that is written, on the event loop; returns whether it ends the answer
     * @return a new handler, for one channel
     */
    public ChannelHandler requestScope(Function<Object, @Nullable String> startOf, Predicate<Object> isLast) {
        Objects.requireNonNull(startOf, "startOf");
        Objects.requireNonNull(isLast, "isLast");
        return ScopeHandler.create(guard, new ScopeHandler.Protocol(startOf, msg -> false, isLast));
    }

    /**
     * Returns a handler that opens one scope for the channel, which follows it through the later handlers. Resources
     * that they open while they read or write must be closed with the channel.
     *
     * @return a new handler, for one channel
     */
    public ChannelHandler channelScope() {
        return ScopeHandler.ofChannel(guard);
    }

    /**
     * Has buffers be of a unit of work that the caller knows: for the clients of frameworks, whose event loops read an answer into
     * buffers on threads that know nothing of the request. Reports of buffers that one unit of work had have its scope. Ends when
     * this installation is closed.
     *
     * @param scopeOf is given the handler that a buffer is passed to, on the event loop, for each handler and buffer that Netty wraps:
     *     it must be quick; the scope, or {@code null} if it isn't known. One that throws is not asked again
     * @return this
     */
    public NettyGuard scopesOfPassed(Function<ChannelHandlerContext, @Nullable LeakScope> scopeOf) {
        Objects.requireNonNull(scopeOf, "scopeOf");
        plain().passedScopes.add(scopeOf);
        PassedScopes.add(scopeOf);
        return this;
    }

    /**
     * Returns the scope of the request that the channel read last, or else of the channel: for handlers that hand their
     * work to other threads, which take it along with {@link LeakScope#wrap}.
     *
     * @param channel the channel
     * @return the scope, if there is one and it is open
     */
    public static Optional<LeakScope> scopeOf(Channel channel) {
        return Optional.ofNullable(ScopeHandler.of(channel));
    }

    /**
     * Restores the earlier state: the guard that was installed before this one, or Netty's own detection at its own
     * level. Open resources stay with their guard. Closing again does nothing.
     */
    @Override
    public void close() {
        if (installation != null) {
            installation.close();
        }
        shaded.forEach(ShadedNetty.Copy::close);
    }
}
