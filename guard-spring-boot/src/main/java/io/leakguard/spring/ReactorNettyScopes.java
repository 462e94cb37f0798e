package io.leakguard.spring;

import io.leakguard.LeakScope;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.netty.channel.ChannelOperations;

/**
 * Tells which request a client of Reactor Netty, such as a {@code WebClient}, reads an answer for: the event loop's thread doesn't know,
 * but the subscriber's context does.
 */
final class ReactorNettyScopes implements Function<ChannelHandlerContext, @Nullable LeakScope> {

    @Override
    public @Nullable LeakScope apply(ChannelHandlerContext context) {
        ChannelOperations<?, ?> operations = ChannelOperations.get(context.channel());
        return operations != null
                        && operations.currentContext().getOrDefault(LeakScopeAccessor.KEY, null)
                                instanceof LeakScope scope
                ? scope
                : null;
    }

    @Override
    public String toString() {
        return "LeakGuard's look into Reactor Netty";
    }
}
