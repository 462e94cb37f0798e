package io.leakguard.netty;

import io.netty.buffer.UnpooledDirectByteBuf;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Buffers that a class makes while it is initialised, and keeps in a static field. Netty's codecs, frameworks and
 * applications have some. They are never released and are no leaks: a class is initialised once.
 */
final class Constants {

    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final String INITIALISER = "<clinit>";
    /** Netty 4.2 makes its constants through this class's {@code staticInitializer}, for its own tests. */
    private static final String NETTYS_OWN_NOTE = "io.netty.util.LeakPresenceDetector";

    private static final String OURS = Constants.class.getPackageName();
    /** More frames than there are between an allocation and the class that asks for it. */
    private static final int FRAMES = 24;

    private static final AtomicLong COUNT = new AtomicLong();

    private Constants() {}

    /**
     * Tells whether a class is allocating this buffer in its own initializer. Checks unpooled buffers only, since
     * constants are unpooled. For other buffers this costs nothing.
     */
    static boolean isOne(Object buffer) {
        if (!(buffer instanceof UnpooledDirectByteBuf) || !Detection.isActive()) {
            return false;
        }
        boolean constant = WALKER.walk(Constants::isInitialiser);
        if (constant) {
            COUNT.incrementAndGet();
        }
        return constant;
    }

    private static boolean isInitialiser(Stream<StackWalker.StackFrame> stack) {
        Iterator<StackWalker.StackFrame> frames = stack.limit(FRAMES)
                .dropWhile(frame -> allocates(frame.getClassName()))
                .filter(frame -> !frame.getClassName().equals(NETTYS_OWN_NOTE))
                .iterator();
        String asking = null;
        while (frames.hasNext()) {
            StackWalker.StackFrame frame = frames.next();
            if (asking == null) {
                asking = frame.getClassName();
            } else if (!asking.equals(frame.getClassName())) {
                return false;
            }
            if (frame.getMethodName().equals(INITIALISER)) {
                return true;
            }
        }
        return false;
    }

    private static boolean allocates(String className) {
        return className.startsWith("io.netty.buffer.")
                || className.startsWith("io.netty.util.ResourceLeakDetector")
                || (className.startsWith(OURS) && className.lastIndexOf('.') == OURS.length());
    }

    static long count() {
        return COUNT.get();
    }
}
