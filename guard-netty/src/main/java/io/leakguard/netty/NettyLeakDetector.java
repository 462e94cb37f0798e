package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import org.jspecify.annotations.Nullable;

/**
 * Netty's leak detector with a guard behind it. The guard tracks every resource; Netty's sampling, records and log
 * lines are not used. Without an installed guard it works as Netty's own.
 *
 * <p>For Netty 4.2, a system property can name it, without any code: {@code
 * -Dio.netty.customResourceLeakDetector=io.leakguard.netty.NettyLeakDetector} lets the {@linkplain
 * io.leakguard.LeakGuard#global() process-wide guard} track. Netty 4.1 can't load this class that way; see {@link
 * Netty41LeakDetector}. Thread-safe.
 *
 * @param <T> the type of the resources
 */
public final class NettyLeakDetector<T> extends ResourceLeakDetector<T> {

    private final ResourceType resource;

    /**
     * Makes a detector. Netty calls this if the system property names this class.
     *
     * @param resourceType the type of the resources
     * @param samplingInterval Netty's sampling interval while no guard is installed
     * @param maxActive not used by Netty either
     */
    public NettyLeakDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
        this(resourceType, samplingInterval);
    }

    /**
     * Makes a detector. Netty calls this if the system property names this class.
     *
     * @param resourceType the type of the resources
     * @param samplingInterval Netty's sampling interval while no guard is installed
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
