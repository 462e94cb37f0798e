package io.leakguard.netty;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import java.lang.reflect.Modifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The properties of the version of Netty on the class path that decide how much a guard can see. */
final class NettyFeatures {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");

    private NettyFeatures() {}

    /** True if Netty asks a detector whether it records uses; older versions ask for the level. */
    static boolean asksForRecords() {
        try {
            ResourceLeakDetector.class.getMethod("isRecordEnabled");
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    /** True if a detector can see each resource itself. Otherwise Netty's own record of each is needed. */
    static boolean isTrackOverridable() {
        try {
            return !Modifier.isFinal(
                    ResourceLeakDetector.class.getMethod("track", Object.class).getModifiers());
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    /** Initialises the class that asks for the detector of buffers, so that it is known how buffers are seen. */
    static void makeBufferDetector() {
        String name = "io.netty.buffer.AbstractByteBuf";
        try {
            Class.forName(name, true, ByteBuf.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.error("{} can't be initialised: leaks of buffers may not be seen", name, e);
        }
    }
}
