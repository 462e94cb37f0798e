package io.leakguard.netty;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;

/** Makes the guard's detectors in place of Netty's, as far as the Netty on the class path allows it. */
abstract class DetectorFactory extends ResourceLeakDetectorFactory {

    /** The factory for this version of Netty. */
    static DetectorFactory forThisNetty() {
        return NettyFeatures.isTrackOverridable() ? new Overriding() : new Listening();
    }

    @Override
    @SuppressWarnings("deprecation") // abstract there
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
            Class<T> resource, int samplingInterval, long maxActive) {
        return newResourceLeakDetector(resource, samplingInterval);
    }

    /**
     * Alone in its class: if Netty's method is final, the JVM refuses each class that needs this detector for
     * verification.
     */
    private static final class Overriding extends DetectorFactory {
        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
            return new NettyLeakDetector<>(resource, samplingInterval);
        }
    }

    private static final class Listening extends DetectorFactory {
        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
            return new Netty41LeakDetector<>(resource, samplingInterval);
        }
    }
}
