package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import org.jspecify.annotations.Nullable;

/**
 * Netty's leak detector with a guard behind it: every resource is tracked by the guard, and Netty's sampling, records and
 * log lines are not used. While no guard is installed it is Netty's own.
 *
 * <p>For Netty 4.2 it can be named by a system property, and no code is needed:
 * {@code -Dio.netty.customResourceLeakDetector=io.leakguard.netty.NettyLeakDetector} has the {@linkplain
 * io.leakguard.LeakGuard#global() process-wide guard} track. For 4.1, where this class can't be loaded so, see {@link
 * Netty41LeakDetector}. Thread-safe.
 *
 * @param <T> what it detects leaks of
 */
public final class NettyLeakDetector<T> extends ResourceLeakDetector<T> {

    private final ResourceType resource;

    /**
     * Makes a detector, as Netty does that reads the system property.
     *
     * @param resourceType what it detects leaks of
     * @param samplingInterval how often Netty would look while no guard is installed
     * @param maxActive unused by Netty too
     */
    public NettyLeakDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
        this(resourceType, samplingInterval);
    }

    /**
     * Makes a detector, as Netty does that reads the system property.
     *
     * @param resourceType what it detects leaks of
     * @param samplingInterval how often Netty would look while no guard is installed
     */
    public NettyLeakDetector(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
        this.resource = new ResourceType(resourceType);
        Installations.OF_PROCESS.made(resource, BufferTracking.EVERY);
    }

    @Override
    public @Nullable ResourceLeakTracker<T> track(T resourceObject) {
        if (resource.buffers && Constants.isOne(resourceObject)) {
            return null;
        }
        if (resource.buffers && CountedBuffers.trackQuickly(resourceObject)) {
            return null;
        }
        LeakGuard guard = Detection.guard();
        if (resource.buffers && Detection.trackByCount(guard, resourceObject)) {
            return null;
        }
        NettyTracker<T> tracker = Detection.track(guard, resource, resourceObject, false);
        return tracker != null ? tracker : super.track(resourceObject);
    }

    @Override
    public ResourceLeakTracker<T> trackForcibly(T resourceObject) {
        NettyTracker<T> tracker = Detection.track(Detection.guard(), resource, resourceObject, true);
        return tracker != null ? tracker : super.trackForcibly(resourceObject);
    }

    /**
     * Tells whether buffers pass on their touches.
     *
     * @return true while a guard is installed
     */
    @Override
    public boolean isRecordEnabled() {
        return Detection.isActive() || Detection.levelRecords();
    }

    @Override
    protected boolean needReport() {
        return !Detection.isActive() && super.needReport();
    }
}
