package io.leakguard.netty;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import java.lang.reflect.Modifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The properties of the version of Netty on the class path that decide how much a guard can see. */
final class NettyFeatures {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");

    /** Classes of Netty that keep buffers for ever as constants. The first user of such a class must not own them. */
    private static final String[] WITH_CONSTANT_BUFFERS = {
        "io.netty.buffer.AbstractByteBuf",
        "io.netty.handler.codec.http.HttpObjectEncoder",
        "io.netty.handler.codec.http2.Http2CodecUtil",
        "io.netty.handler.codec.http2.DefaultHttp2FrameWriter"
    };

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

    /** Makes the buffers that Netty keeps as constants. */
    static void makeConstantBuffers() {
        for (String className : WITH_CONSTANT_BUFFERS) {
            try {
                Class.forName(className, true, ByteBuf.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                LOG.debug("{} is not there", className); // an optional part of Netty
            } catch (LinkageError e) {
                LOG.error("{} can't be initialised: leaks of buffers may not be seen", className, e);
            }
        }
    }
}
