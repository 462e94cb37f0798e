package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.Reference;
import java.lang.reflect.Field;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * {@link NettyLeakDetector} for a Netty 4.1 whose {@code ResourceLeakDetector.track} is final. Netty makes its own
 * record of every resource, and a guard follows these records. This is exact, but costs as much as Netty's level
 * PARANOID. {@link NettyGuard#install} avoids that if it is called early.
 *
 * <p>A system property can name it, without any code: {@code
 * -Dio.netty.customResourceLeakDetector=io.leakguard.netty.Netty41LeakDetector} lets the {@linkplain LeakGuard#global()
 * process-wide guard} track. It sees nothing while Netty's level is DISABLED. Thread-safe.
 *
 * @param <T> the type of the resources
 */
public final class Netty41LeakDetector<T> extends ResourceLeakDetector<T> {

    /** The records of resources that other resources may hold. */
    private static final List<Records> FOLLOWED = new CopyOnWriteArrayList<>();

    private final ResourceType resource;

    /**
     * Makes a detector. Netty calls this if the system property names this class.
     *
     * @param resourceType the type of the resources
     * @param samplingInterval ignored: every resource is tracked
     * @param maxActive not used by Netty either
     */
    public Netty41LeakDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
        this(resourceType, samplingInterval);
    }

    /**
     * Makes a detector. Netty calls this if the system property names this class.
     *
     * @param resourceType the type of the resources
     * @param samplingInterval ignored: every resource is tracked
     */
    public Netty41LeakDetector(Class<?> resourceType, int samplingInterval) {
        super(resourceType, 1);
        this.resource = new ResourceType(resourceType);
        if (followNetty()) {
            Installations.OF_PROCESS.made(resource, BufferTracking.EVERY_WITH_NETTYS_RECORD);
        }
    }

    /** Replaces the set in which Netty keeps its records by a set that listens. */
    private boolean followNetty() {
        try {
            Field all = ResourceLeakDetector.class.getDeclaredField("allLeaks");
            all.setAccessible(true);
            Records records = new Records(resource);
            all.set(this, records);
            if (resource.isHeld) {
                FOLLOWED.add(records);
            }
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LoggerFactory.getLogger("io.leakguard")
                    .error("{}: this Netty's records can't be followed, its own detector goes on", resource.kind, e);
            return false;
        }
    }

    /** The guard's tracker behind Netty's record of a resource; null if there is none. */
    static @Nullable NettyTracker<?> trackerOf(@Nullable Object leak) {
        if (leak instanceof NettyTracker<?> tracker) {
            return tracker;
        }
        if (leak != null) {
            for (Records records : FOLLOWED) {
                if (records.trackers.get(leak) instanceof NettyTracker<?> tracker) {
                    return tracker;
                }
            }
        }
        return null;
    }

    @Override
    public ResourceLeakTracker<T> trackForcibly(T resourceObject) {
        NettyTracker<T> tracker = Detection.track(Detection.guard(), resource, resourceObject, true);
        return tracker != null ? tracker : super.trackForcibly(resourceObject);
    }

    @Override
    protected boolean needReport() {
        return !Detection.isActive() && super.needReport();
    }

    /** Netty's records, each a reference to its resource, and the guard's tracker of each. */
    private static final class Records extends AbstractSet<Object> {
        private static final Object UNTRACKED = new Object();
        private final ConcurrentHashMap<Object, Object> trackers = new ConcurrentHashMap<>();
        private final ResourceType resource;

        Records(ResourceType resource) {
            this.resource = resource;
        }

        @Override
        public boolean add(Object leak) {
            Object object = leak instanceof Reference<?> reference ? reference.get() : null;
            NettyTracker<?> tracker = object == null || (resource.buffers && Constants.isOne(object))
                    ? null
                    : Detection.track(Detection.guard(), resource, object, false);
            return trackers.put(leak, tracker == null ? UNTRACKED : tracker) == null;
        }

        @Override
        public boolean remove(@Nullable Object leak) {
            Object tracker = leak == null ? null : trackers.remove(leak);
            // Netty also removes records of collected resources. Their reference is empty, and that is no close.
            LeakTracker core = tracker instanceof NettyTracker<?> t ? t.tracker() : null;
            if (core != null && leak instanceof Reference<?> ref && ref.get() != null) {
                core.close();
            }
            return tracker != null;
        }

        @Override
        public Iterator<Object> iterator() {
            return trackers.keySet().iterator();
        }

        @Override
        public int size() {
            return trackers.size();
        }
    }
}
