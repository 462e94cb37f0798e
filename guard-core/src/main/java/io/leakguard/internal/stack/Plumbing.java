package io.leakguard.internal.stack;

/**
 * Frames that allocate for their callers, and say nothing about them. On a stack without the application they are not
 * to blame either. The first frame outside them tells whether a socket, a codec or a framework asked.
 */
final class Plumbing {
    private Plumbing() {}

    /** Netty's allocators and detectors, also in the package of a library that has shaded them. */
    static boolean is(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.contains("netty.buffer.")
                || name.contains("netty.util.ResourceLeakDetector")
                || (name.contains("netty.channel.") && name.contains("RecvByteBufAllocator"));
    }
}
