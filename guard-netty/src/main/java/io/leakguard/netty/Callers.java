package io.leakguard.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.EventExecutor;

/**
 * Tells whether the application uses a buffer: one of its frames is met on the stack before the pipeline or the event loop
 * that called it. How many layers a framework has in between doesn't matter: gRPC reads one byte through ten of them.
 *
 * <p>Accesses of Netty and of frameworks are many, and would leave no room for those that tell who is to blame.
 */
final class Callers {

    private static final StackWalker WALKER = StackWalker.getInstance();

    /** A stack without a pipeline or an event loop is of a thread of the application, whose frame is not deeper. */
    private static final int MAX_FRAMES = 64;

    private static final String PIPELINE =
            ChannelHandlerContext.class.getPackageName() + ".AbstractChannelHandlerContext";

    /** The package of what runs tasks: what a task does, its creator doesn't do. */
    private static final String EXECUTORS = EventExecutor.class.getPackageName() + ".";

    private Callers() {}

    static boolean includeApplication() {
        return WALKER.walk(frames -> {
            var each = frames.iterator();
            for (int i = 0; i < MAX_FRAMES && each.hasNext(); i++) {
                String name = each.next().getClassName();
                if (name.startsWith(PIPELINE) || name.startsWith(EXECUTORS)) {
                    return false;
                }
                if (!Frameworks.has(name)) {
                    return true;
                }
            }
            return false;
        });
    }
}
