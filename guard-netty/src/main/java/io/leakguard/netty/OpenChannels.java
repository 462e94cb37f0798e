package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The channels that are open now. */
final class OpenChannels {

    /** The state of each watched channel, so that none is watched twice. */
    private static final AttributeKey<ChannelState> STATE = AttributeKey.valueOf("io.leakguard.netty.channel");

    private final Set<ChannelState> open = ConcurrentHashMap.newKeySet();
    private final LeakGuard guard;
    private final RemoteGrowth growth;
    /** Groups with a listener to their end. */
    private final Set<EventLoopGroup> groups = Collections.newSetFromMap(new WeakHashMap<>());

    OpenChannels(LeakGuard guard, Duration growthPeriod) {
        this.guard = guard;
        this.growth = new RemoteGrowth(growthPeriod);
    }

    void growthPeriod(Duration period) {
        growth.period(period);
    }

    LeakGuard guard() {
        return guard;
    }

    ChannelOrigin originHere() {
        return new ChannelOrigin(guard);
    }

    static @Nullable ChannelState stateOf(Channel channel) {
        return channel.attr(STATE).get();
    }

    /** Registers a channel with the guard, unless another open guard has it. */
    void watch(Channel channel, ResourceKind kind, ChannelOrigin origin) {
        watch(channel, new ChannelState(kind, channel, origin, false), origin);
    }

    /** Registers a channel and, if it is a server's, the channels that it accepts. */
    void watchWithAccepted(Channel channel, ChannelOrigin origin) {
        ResourceKind kind = channel instanceof ServerChannel
                ? NettyGuard.CHANNEL_SERVER
                : channel.parent() instanceof ServerChannel ? NettyGuard.CHANNEL_ACCEPTED : NettyGuard.CHANNEL;
        watch(channel, new ChannelState(kind, channel, origin, true), origin);
    }

    /** Registers a channel that has been open for a while, so that its opener is unknown. */
    void watchLate(Channel channel) {
        ResourceKind kind =
                channel.parent() instanceof ServerChannel ? NettyGuard.CHANNEL_ACCEPTED : NettyGuard.CHANNEL;
        watch(channel, new ChannelState(kind, channel, null, false), null);
    }

    private void watch(Channel channel, ChannelState state, @Nullable ChannelOrigin origin) {
        Attribute<ChannelState> attribute = channel.attr(STATE);
        ChannelState before = attribute.get();
        if (before != null && (before.isTracked() || !channel.isOpen())) {
            return;
        }
        if (!attribute.compareAndSet(before, state)) {
            return;
        }
        if (before != null) { // its guard was closed
            channel.pipeline().remove(TrafficHandler.NAME);
        }
        state.tracker(origin == null ? guard.track(channel, state.kind, state) : origin.track(channel, state));
        open.add(state);
        channel.pipeline()
                .addFirst(
                        TrafficHandler.NAME,
                        state.kind == NettyGuard.CHANNEL_SERVER
                                ? new ListeningHandler(state, this)
                                : new TrafficHandler(state, this));
        if (channel.isRegistered()) {
            listenTo(channel.eventLoop());
        }
        channel.closeFuture().addListener(future -> closed(state));
        sample();
    }

    /**
     * A group that is shut down closes its channels, which is an ordinary end. But a loop of Netty 4.2 may end without
     * closing them: with a quiet period of zero, if it was shut down while it ran tasks.
     */
    void listenTo(EventLoop loop) {
        EventLoopGroup parent = loop.parent();
        EventLoopGroup group = parent == null ? loop : parent;
        synchronized (groups) {
            if (!groups.add(group)) {
                return;
            }
        }
        Future<?> end;
        try {
            end = group.terminationFuture();
        } catch (UnsupportedOperationException e) {
            return; // an EmbeddedChannel's loop: it never ends
        }
        WeakReference<OpenChannels> self = new WeakReference<>(this); // a group may live longer than its guard
        end.addListener(ended -> {
            OpenChannels channels = self.get();
            if (channels != null) {
                channels.ended(group);
            }
        });
    }

    /** Channels that are still open now stay open until the process ends. Reports one for each kind, the oldest. */
    private void ended(EventLoopGroup group) {
        Map<ResourceKind, List<ChannelState>> left = new LinkedHashMap<>();
        for (ChannelState state : states()) {
            if (state.isOpenOn(group)) {
                left.computeIfAbsent(state.kind, k -> new ArrayList<>()).add(state);
            }
        }
        left.forEach((kind, states) -> {
            ChannelState oldest = states.get(0);
            for (ChannelState state : states) {
                oldest = state.isOlderThan(oldest) ? state : oldest;
            }
            for (ChannelState state : states) {
                LeakTracker tracker = state.tracker();
                if (tracker != null && state != oldest) {
                    tracker.close(); // part of the report of the oldest
                }
            }
            LeakTracker tracker = oldest.tracker();
            if (tracker != null) {
                tracker.closeLate(
                        "its event loop group was shut down while "
                                + (states.size() == 1 ? "the channel was" : states.size() + " channels like this were")
                                + " open, and ended without closing " + (states.size() == 1 ? "it" : "them")
                                + ": nothing else can, so close channels before the group, or give shutdownGracefully a quiet period");
            }
        });
    }

    /** A growing host opens channels, so a sample at each opening is enough and needs no thread. */
    private void sample() {
        List<RemoteGrowth.Grown> grown = growth.maybeSample(this::countByHost);
        if (!grown.isEmpty()) {
            report(grown);
        }
    }

    /** One report for each kind, at the oldest channel of the host with the most channels. */
    private void report(List<RemoteGrowth.Grown> grown) {
        List<RemoteGrowth.Grown> most = new ArrayList<>(grown);
        most.sort(Comparator.comparingInt(RemoteGrowth.Grown::open).reversed());
        Map<ResourceKind, LeakTracker> exemplars = new LinkedHashMap<>();
        Map<ResourceKind, List<String>> details = new HashMap<>();
        for (RemoteGrowth.Grown host : most) {
            ChannelState oldest = null;
            for (ChannelState state : states()) {
                if (state.remoteHost().equals(host.host()) && (oldest == null || state.isOlderThan(oldest))) {
                    oldest = state;
                }
            }
            LeakTracker tracker = oldest == null ? null : oldest.tracker();
            if (tracker != null) {
                exemplars.putIfAbsent(tracker.kind(), tracker);
                details.computeIfAbsent(tracker.kind(), k -> new ArrayList<>())
                        .add(host.open() + " are open from or to " + host.host() + ", " + host.before() + " were "
                                + RemoteGrowth.PERIODS + " periods ago, and more in each since");
            }
        }
        exemplars.forEach((kind, tracker) -> {
            List<String> hosts = details.get(kind);
            if (hosts != null) {
                guard.reportGrowing(tracker, String.join("; ", hosts));
            }
        });
    }

    void closed(ChannelState state) {
        open.remove(state);
        LeakTracker tracker = state.tracker();
        if (tracker != null) {
            tracker.close();
        }
    }

    /** Oldest first. */
    List<OpenChannel> list(Duration idleAfter) {
        List<OpenChannel> list = new ArrayList<>();
        for (ChannelState state : states()) {
            list.add(state.snapshot(idleAfter.toNanos()));
        }
        list.sort(Comparator.comparing(OpenChannel::age).reversed());
        return list;
    }

    private List<ChannelState> states() {
        // A channel that was never registered, and then forgotten, is collected without being closed.
        open.removeIf(state -> {
            LeakTracker tracker = state.tracker();
            return tracker == null || !tracker.isOpen();
        });
        return List.copyOf(open);
    }

    private Map<String, Integer> countByHost() {
        Map<String, Integer> counts = new HashMap<>();
        for (ChannelState state : states()) {
            if (!state.remoteHost().isEmpty()) {
                counts.merge(state.remoteHost(), 1, Integer::sum);
            }
        }
        return counts;
    }

    /** Most open first. */
    List<RemoteHost> hosts(Duration idleAfter) {
        Map<String, int[]> hosts = new HashMap<>();
        for (ChannelState state : states()) {
            if (!state.remoteHost().isEmpty()) {
                int[] counts = hosts.computeIfAbsent(state.remoteHost(), h -> new int[2]);
                counts[0]++;
                if (state.state(idleAfter.toNanos()) != OpenChannel.State.ACTIVE) {
                    counts[1]++;
                }
            }
        }
        sample();
        List<RemoteHost> list = new ArrayList<>();
        hosts.forEach((host, counts) -> {
            int from = growth.growingFrom(host);
            int mostOpen = Math.max(counts[0], growth.most(host));
            list.add(new RemoteHost(host, counts[0], counts[1], mostOpen, from >= 0, Math.max(0, from)));
        });
        list.sort(Comparator.comparingInt(RemoteHost::open).reversed().thenComparing(RemoteHost::host));
        return list;
    }

    String text(Duration idleAfter) {
        List<OpenChannel> all = list(idleAfter);
        StringBuilder text = new StringBuilder(all.size() + " open channel" + (all.size() == 1 ? "" : "s"));
        for (OpenChannel channel : all) {
            text.append("\n  ")
                    .append(channel.kind())
                    .append(' ')
                    .append(channel.remote().isEmpty() ? channel.local() : channel.remote())
                    .append(" · ")
                    .append(channel.state().text())
                    .append(" · open ")
                    .append(seconds(channel.age()))
                    .append(" · idle ")
                    .append(seconds(channel.idle()))
                    .append(" · in ")
                    .append(channel.bytesIn())
                    .append(" B · out ")
                    .append(channel.bytesOut())
                    .append(" B · ")
                    .append(channel.site());
            if (!channel.scopes().isEmpty()) {
                text.append(" · scope ").append(String.join(" > ", channel.scopes()));
            }
        }
        for (RemoteHost host : hosts(idleAfter)) {
            text.append("\n  ")
                    .append(host.host())
                    .append(": ")
                    .append(host.open())
                    .append(" open, ")
                    .append(host.idle())
                    .append(" idle, ")
                    .append(host.mostOpen())
                    .append(" at the most")
                    .append(host.growing() ? ", GROWING from " + host.grownFrom() : "");
        }
        return text.toString();
    }

    private static String seconds(Duration d) {
        return String.format(Locale.ROOT, "%.1f s", d.toMillis() / 1_000.0);
    }
}
