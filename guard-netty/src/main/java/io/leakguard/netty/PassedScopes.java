package io.leakguard.netty;

import io.leakguard.LeakScope;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whoever knows which unit of work a buffer is for, when a pipeline passes it to a handler. Thread-safe. */
final class PassedScopes {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");

    private static final List<Function<ChannelHandlerContext, @Nullable LeakScope>> ASKED =
            new CopyOnWriteArrayList<>();

    private PassedScopes() {}

    static void add(Function<ChannelHandlerContext, @Nullable LeakScope> scopeOf) {
        ASKED.add(scopeOf);
    }

    static boolean remove(Function<ChannelHandlerContext, @Nullable LeakScope> scopeOf) {
        return ASKED.remove(scopeOf);
    }

    static @Nullable LeakScope of(ChannelHandlerContext context) {
        for (Function<ChannelHandlerContext, @Nullable LeakScope> scopeOf : ASKED) {
            try {
                LeakScope scope = scopeOf.apply(context);
                if (scope != null) {
                    return scope;
                }
            } catch (RuntimeException | LinkageError e) {
                if (remove(scopeOf)) {
                    LOG.warn(
                            "{} can't tell the scope of what is passed to {}: it is not asked again",
                            scopeOf,
                            context.name(),
                            e);
                }
            }
        }
        return null;
    }
}
