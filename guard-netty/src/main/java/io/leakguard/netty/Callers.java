package io.leakguard.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.EventExecutor;

/**
 * Tells whether the application uses a buffer: whether one of its frames is on the stack above the pipeline or the
 * event loop that called it. The number of a framework's layers in between doesn't matter: gRPC reads one byte through
 * ten of them.
 *
 * <p>Accesses by Netty and by frameworks are many. They would leave no room for the accesses that show who is to blame.
 */
final class Callers {

    private static final StackWalker WALKER = StackWalker.getInstance();

    /**
     * A stack without a pipeline or an event loop belongs to an application's thread. Its application frame is not
     * deeper.
     */
    private static final int MAX_FRAMES = 64;

    private static final String PIPELINE =
            ChannelHandlerContext.class.getPackageName() + ".AbstractChannelHandlerContext";

    /** The package of the executors: the creator of a task is not responsible for the task's accesses. */
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
