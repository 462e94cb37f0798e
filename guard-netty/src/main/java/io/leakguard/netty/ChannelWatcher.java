package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A bootstrap's handler, before the user's own: registers each channel with the guard. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told to the promise
@ChannelHandler.Sharable
final class ChannelWatcher extends ChannelInitializer<Channel> {

    /** Made where the bootstrap was given to us. */
    private static final class Watched extends Throwable {
        private static final long serialVersionUID = 1;

        Watched() {
            super("watched here", null, false, true);
        }
    }

    private final LeakGuard guard;
    private final OpenChannels channels;
    private final ResourceKind kind;
    private final @Nullable ChannelHandler next;
    private final Throwable origin = new Watched();

    /** Tracks in the scope in which the bootstrap was given to us. */
    private final Supplier<LeakTracker> tracking;

    private @Nullable Channel opening;
    private @Nullable ChannelState openingState;

    ChannelWatcher(LeakGuard guard, OpenChannels channels, ResourceKind kind, @Nullable ChannelHandler next) {
        this.guard = guard;
        this.channels = channels;
        this.kind = kind;
        this.next = next;
        this.tracking = guard.propagateSupplier(this::trackOpening);
    }

    @Override
    protected void initChannel(Channel channel) {
        ChannelState state = new ChannelState(kind, channel);
        state.tracker(track(channel, state));
        channels.add(state);
        channel.pipeline()
                .addFirst(
                        TrafficHandler.NAME,
                        kind == NettyGuard.CHANNEL_SERVER
                                ? new ListeningHandler(state, channels)
                                : new TrafficHandler(state, channels));
        // The loop that it is on by then: it may be registered with another one.
        channel.closeFuture().addListener((ChannelFutureListener)
                future -> closed(state, future.channel().eventLoop()));
        if (next != null) {
            channel.pipeline().addLast(next);
        }
    }

    private void closed(ChannelState state, EventLoop loop) {
        boolean shutDown = loop.isShuttingDown();
        if (shutDown && !state.closeRequested) {
            try {
                // A close() of another thread may wait behind the shutdown, which overtakes it: let it be seen first.
                loop.execute(() -> channels.closed(state, true));
                return;
            } catch (RejectedExecutionException e) {
                channels.closed(state, true); // the loop has ended, and no close() can be waiting
                return;
            }
        }
        channels.closed(state, shutDown);
    }

    private synchronized LeakTracker track(Channel channel, ChannelState state) {
        opening = channel;
        openingState = state;
        try {
            return tracking.get();
        } finally {
            opening = null;
            openingState = null;
        }
    }

    private LeakTracker trackOpening() {
        Channel channel = opening;
        ChannelState state = openingState;
        if (channel == null || state == null) {
            throw new IllegalStateException("no channel is being opened");
        }
        return guard.track(channel, kind, state, null, null, origin);
    }
}
