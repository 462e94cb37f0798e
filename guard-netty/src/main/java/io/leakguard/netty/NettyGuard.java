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
 * Puts Netty's buffers, and what else Netty has leak detection for, under a guard: the entry to this module.
 *
 * <p>Install it before anything else uses Netty, best as the first line of {@code main}: {@link #buffers()} says whether
 * that was early enough, and the log does if it was not. There is one Netty in a process, so installations share it: the
 * last one that is not closed tracks. Thread-safe.
 *
 * <p>This class can be loaded where there is only a shaded Netty: its methods make nothing of Netty's by themselves.
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
     * Has Netty's resources tracked by a guard from now on. A Netty that a library has put under a package of its own, such
     * as {@code io.grpc.netty.shaded.io.netty}, is a Netty by itself: the buffers of those that are known, or named by {@code
     * -Dleakguard.netty.shaded}, are tracked too.
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
                            + " name what stands for io.netty in a shaded one, with -D" + ShadedNetty.PROPERTY
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
     * Tells how completely this guard sees the buffers that are allocated now.
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
     * Returns how many buffers are not tracked because a class made them while it was initialised, of no pool: they are its
     * constants, such as the line ends of Netty's HTTP codec, and nobody is meant to release them.
     *
     * @return the count since Netty's buffers are seen, of all guards of the process
     */
    public static long constantBuffers() {
        return Constants.count();
    }

    // ------------------------------------------------------------------------------------------------- channels

    /**
     * Has the channels of a bootstrap tracked: the last call before {@code bind} or {@code connect}, since it puts a handler
     * of its own before the one that is set now. This line is the site of its channels, and a scope that is open here is
     * theirs. Its event loop groups are tracked too, until they have terminated.
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
     * Has the channels of all bootstraps tracked that are opened from now on, also inside frameworks: at the line that binds or
     * connects, as far as that thread runs the application. Netty tells of them since 4.1.101, if this is called before the
     * first bootstrap is used; the log warns if it was not, and says why. It sets the system property {@code
     * io.netty.bootstrap.extensions} to {@code serviceload}, which loads the extensions of others too. A channel that is opened
     * without a bootstrap, as Reactor Netty does it, is seen when it first passes a buffer to a handler.
     *
     * <p>{@link #watch(AbstractBootstrap)}, {@link #watchFactory(ChannelFactory)} and {@link #watch(Channel)} know better who opens a
     * channel; none is tracked twice.
     *
     * @return this
     */
    public NettyGuard watchAll() {
        // No method reference: it would load a class of the plain Netty, which may not be there.
        Optional<OpenChannels> channels = open();
        if (channels.isPresent()) {
            AllChannels.add(channels.get());
        }
        shaded.forEach(ShadedNetty.Copy::watchAll);
        return this;
    }

    /**
     * Has a channel tracked, and if it is a server's, those that it accepts: for frameworks that have no bootstrap but show
     * each new channel, such as Reactor Netty's {@code doOnChannelInit}. This line is its site. Does nothing for a channel that
     * is tracked.
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
     * Has the channels of a factory tracked, and those that they accept: for frameworks that take a factory, such as gRPC's
     * {@code NettyChannelBuilder}. This line is the site of its channels, and a scope that is open here is theirs.
     *
     * @param factory makes the channels
     * @param <C> their type
     * @return a factory that makes the same
     */
    public <C extends Channel> ChannelFactory<C> watchFactory(ChannelFactory<? extends C> factory) {
        Objects.requireNonNull(factory, "factory");
        return WatchingFactory.of(plain().channels, factory);
    }

    /**
     * Has an event loop group tracked: use what this returns in its place. It is a leak once nobody holds it any more, no
     * channel that was registered through it is open, and it was never shut down.
     *
     * @param group the group
     * @return a group that does what {@code group} does
     */
    public EventLoopGroup watch(EventLoopGroup group) {
        return GuardedEventLoopGroup.of(guard, group);
    }

    /** Whoever has something of Netty's to give to the guard has the plain Netty. */
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
     * Returns the channels of watched bootstraps that are open now; idle is what carried nothing for 30 s.
     *
     * @return the channels, oldest first
     */
    public List<OpenChannel> channels() {
        return channels(IDLE_AFTER);
    }

    /**
     * Returns the channels of watched bootstraps that are open now.
     *
     * @param idleAfter for how long a channel that is called idle has carried nothing
     * @return the channels, oldest first
     */
    public List<OpenChannel> channels(Duration idleAfter) {
        return open().map(channels -> channels.list(idleAfter)).orElseGet(List::of);
    }

    /**
     * Returns how many channels are open to and from each remote host. One that keeps growing is also reported to the
     * guard's listeners, as {@link io.leakguard.LeakCause#GROWING}: an hour after it began at the earliest.
     *
     * @return the hosts, most open channels first
     */
    public List<RemoteHost> remoteHosts() {
        return open().map(channels -> channels.hosts(IDLE_AFTER)).orElseGet(List::of);
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
        open().ifPresent(channels -> channels.growthPeriod(period));
        return this;
    }

    /**
     * Returns {@link #channels()} and {@link #remoteHosts()} as a person reads them in a terminal.
     *
     * @return several lines of text
     */
    public String channelsText() {
        return open().map(channels -> channels.text(IDLE_AFTER)).orElse("0 open channels");
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
        return ScopeHandler.create(guard, HttpProtocol.create());
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
        return ScopeHandler.create(guard, new ScopeHandler.Protocol(startOf, msg -> false, isLast));
    }

    /**
     * Returns a handler that has one scope follow the channel through the handlers after it. What they open while they
     * read or write must be closed when the channel is.
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
        if (installation != null) {
            installation.close();
        }
        shaded.forEach(ShadedNetty.Copy::close);
    }
}
