package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakTracker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which guard Netty's detectors track for. Netty has one factory and one level for the process, so this is static too. */
final class Detection {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");
    private static final Logger LEAKS = LoggerFactory.getLogger("io.leakguard.leak");

    /** Classes of Netty that keep buffers for ever as constants: they are not to belong to whoever uses them first. */
    private static final String[] WITH_CONSTANT_BUFFERS = {
        "io.netty.handler.codec.http.HttpObjectEncoder",
        "io.netty.handler.codec.http2.Http2CodecUtil",
        "io.netty.handler.codec.http2.DefaultHttp2FrameWriter"
    };

    private static final List<Installation> INSTALLED = new ArrayList<>();

    private static volatile @Nullable Installation active;
    /** Netty made a detector of ours by itself, named by the system property. */
    private static volatile boolean byProperty;

    private static volatile @Nullable BufferTracking buffers;
    private static volatile @Nullable ResourceLeakDetectorFactory factoryBefore;
    private static final DetectionLevel LEVEL = new DetectionLevel(Detection::lookAtLevel);

    /** The user asked Netty for access records. */
    private static volatile boolean everyAccess;

    private Detection() {}

    // ------------------------------------------------------------------------------------------------- hot path

    static @Nullable LeakGuard guard() {
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

    /** The guard that tracked was closed: the one before it goes on, or else Netty's own detection, at its own level. */
    private static synchronized void next() {
        activate(lastEnabled());
        if (active == null && !byProperty) {
            LEVEL.restore();
        }
    }

    /** Something may have lowered Netty's level, or the guard may have been closed. */
    static void lookAtLevel() {
        if (isActive()) {
            LEVEL.lookNow();
        } else if (byProperty) {
            LEVEL.restore();
        }
    }

    private static void activate(@Nullable Installation installation) {
        active = installation;
        CountedBuffers.forget();
    }

    /** Whether a guard is the one that tracks, be it enabled or not. */
    static boolean isTracking(LeakGuard guard) {
        Installation installation = active;
        return guard == (installation != null ? installation.guard : byProperty ? LeakGuard.global() : null);
    }

    private static @Nullable Installation lastEnabled() {
        for (int i = INSTALLED.size() - 1; i >= 0; i--) {
            if (INSTALLED.get(i).guard.isEnabled()) {
                return INSTALLED.get(i);
            }
        }
        return null;
    }

    static boolean isActive() {
        return guard() != null;
    }

    /** Tracks a buffer by its reference count. False if it is to be put into Netty's wrapper. */
    static boolean trackByCount(@Nullable LeakGuard guard, Object buffer) {
        if (guard != null
                && accesses().compareTo(Accesses.OF_APPLICATION) < 0
                && !CountedBuffers.wrapsAllHere()
                && CountedBuffers.track(guard, buffer)) {
            return true;
        }
        CountedBuffers.setAside(buffer);
        return false;
    }

    /** Returns null if Netty is to do as it does without a guard. */
    static <T> @Nullable NettyTracker<T> track(
            @Nullable LeakGuard guard, ResourceType resource, T object, boolean derived) {
        if (guard == null) {
            return null;
        }
        NettyTracker<?> source = derived ? Contents.sourceOf(object) : null;
        int capacity = object instanceof ByteBuf buffer ? buffer.capacity() : 0;
        Contents contents = object instanceof CompositeByteBuf ? Contents.COMPONENTS : resource.contents;
        Accesses accesses = resource.buffers ? accesses() : Accesses.NONE;
        NettyTracker<T> tracker = contents == Contents.NOTHING
                ? new NettyTracker<>(object.getClass(), capacity, source, accesses)
                : new WholeTracker<>(object, contents, capacity, source, accesses);
        LeakTracker parent = source == null ? null : source.tracker();
        LeakTracker tracked = guard.track(object, resource.kind, tracker, parent, null);
        tracker.tracker(tracked);
        if (resource.isCached) {
            guard.keep(tracked, "OpenSSL's context caches it until that is released");
        }
        return tracker;
    }

    /** Which uses of a buffer that is allocated now are recorded. */
    private static Accesses accesses() {
        if (everyAccess || ResourceLeakDetector.getLevel() == Level.PARANOID) {
            return Accesses.ALL;
        }
        Installation installation = active;
        return (installation != null ? installation.recording : OfProperty.RECORDING).accesses();
    }

    /** What Netty made by itself tracks for the process-wide guard, which is not asked for before the first buffer. */
    private static final class OfProperty {
        static final AccessRecording RECORDING = new AccessRecording();

        static {
            LeakGuard.global().addListener(RECORDING::leaked);
        }
    }

    static boolean levelRecords() {
        return ResourceLeakDetector.getLevel().compareTo(Level.ADVANCED) >= 0;
    }

    // ------------------------------------------------------------------------------------------------- installing

    /** A detector of ours was made, by a factory of ours or by Netty. */
    static void made(ResourceType resource, BufferTracking how) {
        if (resource.buffers) {
            buffers = how;
        }
        if (factoryBefore == null) {
            byProperty = true;
            if (resource.buffers) {
                LEVEL.hold(levelFor(how));
            }
        }
    }

    static synchronized Installation install(LeakGuard guard, @Nullable String lockedBecause) {
        boolean first = INSTALLED.isEmpty();
        boolean overridable = isTrackOverridable();
        if (first) {
            factoryBefore = ResourceLeakDetectorFactory.instance();
            ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
                    overridable ? new OverridingFactory() : new ListeningFactory());
        }
        if (first) {
            initialize("io.netty.buffer.AbstractByteBuf");
            for (String constants : WITH_CONSTANT_BUFFERS) {
                initialize(constants);
            }
        }
        BufferTracking seen = buffers == null ? BufferTracking.SAMPLED_BY_NETTY : buffers;
        if (!guard.isEnabled()) {
            LOG.warn(
                    "NettyGuard.install was given a guard that is closed or disabled: {}",
                    lastEnabled() == null ? "Netty's own leak detection goes on" : "the one before it goes on");
        } else if (lastEnabled() == null) {
            everyAccess = LEVEL.ofProgram().compareTo(Level.ADVANCED) >= 0;
            LEVEL.hold(levelFor(seen));
        }
        if (seen == BufferTracking.SAMPLED_BY_NETTY) {
            LOG.error(
                    "Netty's buffers were in use before NettyGuard.install: {}, at level {}, and only as long as"
                            + " buffers are allocated. Timers and what else Netty makes detectors for later, channels and"
                            + " event loop groups are tracked. Call NettyGuard.install before anything else that uses Netty{}",
                    seen.text(),
                    ResourceLeakDetector.getLevel(),
                    !ShadedNetty.isPlain() // no class on the class path fits a shaded one
                            ? ""
                            : ", or start with -Dio.netty.customResourceLeakDetector="
                                    + (overridable
                                            ? "io.leakguard.netty.NettyLeakDetector"
                                            : "io.leakguard.netty.Netty41LeakDetector"));
            ByteBufUtil.setLeakListener((type, records) -> LEAKS.warn(
                    "LEAK netty.bytebuf found by Netty's own detector, which samples: not counted, the site may be"
                            + " unknown{}",
                    records.isEmpty() ? "" : records));
        } else if (seen == BufferTracking.EVERY_WITH_NETTYS_RECORD) {
            LOG.warn(
                    "{}, which costs several times what the guard does ({}). Call NettyGuard.install before anything else"
                            + " that uses Netty",
                    seen.text(),
                    lockedBecause == null ? "Netty was in use before" : lockedBecause);
        }
        Installation installation = new Installation(guard, seen);
        INSTALLED.add(installation);
        activate(lastEnabled());
        return installation;
    }

    private static synchronized void remove(Installation installation) {
        if (!INSTALLED.remove(installation)) {
            return;
        }
        if (!INSTALLED.isEmpty()) {
            next();
            return;
        }
        activate(null);
        everyAccess = false;
        ResourceLeakDetectorFactory now = ResourceLeakDetectorFactory.instance();
        ResourceLeakDetectorFactory before = factoryBefore;
        factoryBefore = null;
        if (before != null && (now instanceof OverridingFactory || now instanceof ListeningFactory)) {
            ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(before);
        }
        if (!byProperty) {
            LEVEL.restore();
        }
        if (installation.seen == BufferTracking.SAMPLED_BY_NETTY) {
            ByteBufUtil.setLeakListener(null);
        }
    }

    /**
     * Netty asks its detector for nothing at DISABLED, and gives buffers that pass touches on only at ADVANCED; with its
     * detectors replaced, neither says any more how much is tracked.
     */
    private static Level levelFor(BufferTracking seen) {
        return switch (seen) {
            case EVERY -> asksForRecords() ? Level.SIMPLE : Level.ADVANCED;
            case EVERY_WITH_NETTYS_RECORD -> Level.SIMPLE;
            case SAMPLED_BY_NETTY, NONE -> Level.DISABLED;
        };
    }

    static boolean asksForRecords() {
        try {
            ResourceLeakDetector.class.getMethod("isRecordEnabled");
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    static boolean isTrackOverridable() {
        try {
            return !Modifier.isFinal(
                    ResourceLeakDetector.class.getMethod("track", Object.class).getModifiers());
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static void initialize(String className) {
        try {
            Class.forName(className, true, ByteBuf.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            LOG.debug("{} is not there", className); // an optional part of Netty
        } catch (LinkageError e) {
            LOG.error("{} can't be initialised: leaks of buffers may not be seen", className, e);
        }
    }

    /** One guard among those that were installed; the last one that is not closed tracks. */
    static final class Installation {
        final LeakGuard guard;
        private final BufferTracking seen;
        private final LeakListener.Registration listening;

        private final AccessRecording recording = new AccessRecording();

        Installation(LeakGuard guard, BufferTracking seen) {
            this.guard = guard;
            this.seen = seen;
            this.listening = guard.addListener(recording::leaked);
        }

        /** How completely buffers are seen from now on. */
        BufferTracking buffers() {
            lookAtLevel();
            Installation now = active;
            boolean tracks = now != null && now.guard == guard && guard.isEnabled();
            // Netty's own detector is off at that level.
            boolean off = seen == BufferTracking.SAMPLED_BY_NETTY && ResourceLeakDetector.getLevel() == Level.DISABLED;
            return tracks && !off ? seen : BufferTracking.NONE;
        }

        void close() {
            listening.close();
            remove(this);
        }
    }

    private static final class OverridingFactory extends ResourceLeakDetectorFactory {
        @Override
        @SuppressWarnings("deprecation") // abstract there
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return new NettyLeakDetector<>(resource, samplingInterval);
        }

        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
            return new NettyLeakDetector<>(resource, samplingInterval);
        }
    }

    private static final class ListeningFactory extends ResourceLeakDetectorFactory {
        @Override
        @SuppressWarnings("deprecation") // abstract there
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return new Netty41LeakDetector<>(resource, samplingInterval);
        }

        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
            return new Netty41LeakDetector<>(resource, samplingInterval);
        }
    }
}
