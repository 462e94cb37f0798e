package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The installed guards, and Netty's earlier factory and level. Netty has one factory and one level for the process, so
 * there is one object of this class.
 */
final class Installations {

    static final Installations OF_PROCESS = new Installations();

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");
    private static final Logger LEAKS = LoggerFactory.getLogger("io.leakguard.leak");

    private final List<Installation> installed = new ArrayList<>();
    private final DetectionLevel level = new DetectionLevel(this::lookAtLevel);

    private volatile @Nullable Installation active;
    /** Netty made one of our detectors by itself, named by the system property. */
    private volatile boolean byProperty;

    private volatile @Nullable BufferTracking buffers;
    private volatile @Nullable ResourceLeakDetectorFactory factoryBefore;

    /** The user asked Netty for access records. */
    private volatile boolean everyAccess;

    private Installations() {}

    @Nullable
    LeakGuard guard() {
        Installation installation = active;
        LeakGuard guard = installation != null ? installation.guard : byProperty ? LeakGuard.global() : null;
        if (guard == null || guard.isEnabled()) {
            return guard;
        }
        if (installation != null) {
            next();
            Installation other = active;
            return other != null && other.guard.isEnabled() ? other.guard : null;
        }
        return null;
    }

    /** The active guard was closed. The guard before it takes over, or else Netty's own detection at its own level. */
    private synchronized void next() {
        activate(lastEnabled());
        if (active == null && !byProperty) {
            level.restore();
        }
    }

    /** Something may have lowered Netty's level, or the guard may have been closed. */
    void lookAtLevel() {
        if (isActive()) {
            level.lookNow();
        } else if (byProperty) {
            level.restore();
        }
    }

    private void activate(@Nullable Installation installation) {
        active = installation;
        CountedBuffers.forget();
    }

    /** Whether a guard is the active one, enabled or not. */
    boolean isTracking(LeakGuard guard) {
        Installation installation = active;
        return guard == (installation != null ? installation.guard : byProperty ? LeakGuard.global() : null);
    }

    private @Nullable Installation lastEnabled() {
        for (int i = installed.size() - 1; i >= 0; i--) {
            if (installed.get(i).guard.isEnabled()) {
                return installed.get(i);
            }
        }
        return null;
    }

    boolean isActive() {
        return guard() != null;
    }

    /** The uses to record of a buffer that is allocated now. */
    Accesses accesses() {
        if (everyAccess || ResourceLeakDetector.getLevel() == Level.PARANOID) {
            return Accesses.ALL;
        }
        Installation installation = active;
        return (installation != null ? installation.recording : OfProperty.RECORDING).accesses();
    }

    /** For detectors that Netty made by itself. They track for the process-wide guard, which the first buffer makes. */
    private static final class OfProperty {
        static final AccessRecording RECORDING = new AccessRecording();

        static {
            LeakGuard.global().addListener(RECORDING::leaked);
        }
    }

    /** One of our detectors was made, by one of our factories or by Netty. */
    void made(ResourceType resource, BufferTracking how) {
        if (resource.buffers) {
            buffers = how;
        }
        if (factoryBefore == null) {
            byProperty = true;
            if (resource.buffers) {
                level.hold(levelFor(how));
            }
        }
    }

    synchronized Installation install(LeakGuard guard, @Nullable String lockedBecause) {
        boolean first = installed.isEmpty();
        if (first) {
            factoryBefore = ResourceLeakDetectorFactory.instance();
            ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(DetectorFactory.forThisNetty());
            NettyFeatures.makeBufferDetector();
        }
        BufferTracking seen = buffers == null ? BufferTracking.SAMPLED_BY_NETTY : buffers;
        if (!guard.isEnabled()) {
            LOG.warn(
                    "NettyGuard.install was given a guard that is closed or disabled: {}",
                    lastEnabled() == null ? "Netty's own leak detection goes on" : "the one before it goes on");
        } else if (lastEnabled() == null) {
            everyAccess = level.ofProgram().compareTo(Level.ADVANCED) >= 0;
            level.hold(levelFor(seen));
        }
        if (seen == BufferTracking.SAMPLED_BY_NETTY) {
            LOG.error(
                    "Netty's buffers were in use before NettyGuard.install: {}, at level {}, and only as long as"
                            + " buffers are allocated. Resources whose detectors Netty makes later (timers), channels and"
                            + " event loop groups are tracked. Call NettyGuard.install before anything else that uses Netty{}",
                    seen.text(),
                    ResourceLeakDetector.getLevel(),
                    !ShadedNetty.isPlain() // a shaded Netty fits no class on the class path
                            ? ""
                            : ", or start with -Dio.netty.customResourceLeakDetector="
                                    + (NettyFeatures.isTrackOverridable()
                                            ? "io.leakguard.netty.NettyLeakDetector"
                                            : "io.leakguard.netty.Netty41LeakDetector"));
            ByteBufUtil.setLeakListener((type, records) -> LEAKS.warn(
                    "LEAK netty.bytebuf found by Netty's own detector, which samples: not counted, the site may be"
                            + " unknown{}",
                    records.isEmpty() ? "" : records));
        } else if (seen == BufferTracking.EVERY_WITH_NETTYS_RECORD) {
            LOG.warn(
                    "{}, which costs several times as much as the guard ({}). Call NettyGuard.install before anything else"
                            + " that uses Netty",
                    seen.text(),
                    lockedBecause == null ? "Netty was in use before" : lockedBecause);
        }
        Installation installation = new Installation(this, guard, seen);
        installed.add(installation);
        activate(lastEnabled());
        return installation;
    }

    synchronized void remove(Installation installation) {
        if (!installed.remove(installation)) {
            return;
        }
        if (!installed.isEmpty()) {
            next();
            return;
        }
        activate(null);
        everyAccess = false;
        ResourceLeakDetectorFactory now = ResourceLeakDetectorFactory.instance();
        ResourceLeakDetectorFactory before = factoryBefore;
        factoryBefore = null;
        if (before != null && now instanceof DetectorFactory) {
            ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(before);
        }
        if (!byProperty) {
            level.restore();
        }
        if (installation.seen == BufferTracking.SAMPLED_BY_NETTY) {
            ByteBufUtil.setLeakListener(null);
        }
    }

    /**
     * At DISABLED, Netty calls its detector for nothing. Only at ADVANCED does it return buffers that pass touches on.
     * With the detectors replaced, neither level says how much is tracked.
     */
    private Level levelFor(BufferTracking seen) {
        return switch (seen) {
            case EVERY -> NettyFeatures.asksForRecords() ? Level.SIMPLE : Level.ADVANCED;
            case EVERY_WITH_NETTYS_RECORD -> Level.SIMPLE;
            case SAMPLED_BY_NETTY, NONE -> Level.DISABLED;
        };
    }

    /** How completely an installation sees buffers from now on. */
    BufferTracking seenBy(Installation installation) {
        lookAtLevel();
        LeakGuard guard = installation.guard;
        Installation now = active;
        boolean tracks = now != null && now.guard == guard && guard.isEnabled();
        // Netty's own detector is off at that level.
        boolean off = installation.seen == BufferTracking.SAMPLED_BY_NETTY
                && ResourceLeakDetector.getLevel() == Level.DISABLED;
        return tracks && !off ? installation.seen : BufferTracking.NONE;
    }
}
