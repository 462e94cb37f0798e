package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.netty.channel.Channel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The line and the scope in which the user gave the guard channels that other threads open later. */
final class ChannelOrigin {

    /** Made in the call that gives the channels to the guard. */
    private static final class Watched extends Throwable {
        private static final long serialVersionUID = 1;

        Watched() {
            super("watched here", null, false, true);
        }
    }

    private final LeakGuard guard;
    private final Throwable origin = new Watched();
    private final Supplier<LeakTracker> tracking;

    private @Nullable Channel opening;
    private @Nullable ChannelState openingState;

    ChannelOrigin(LeakGuard guard) {
        this.guard = guard;
        this.tracking = guard.propagateSupplier(this::trackOpening);
    }

    synchronized LeakTracker track(Channel channel, ChannelState state) {
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
        return guard.track(channel, state.kind, state, null, null, origin);
    }
}
