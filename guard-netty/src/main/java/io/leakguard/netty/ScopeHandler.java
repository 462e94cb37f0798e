package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets a scope follow each request, or the whole channel, through the rest of the pipeline. Responses come in the order
 * of their requests, so the oldest scope is the one being answered. Everything runs on the channel's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // failures go to the promise
final class ScopeHandler extends ChannelDuplexHandler {

    private static final AttributeKey<LeakScope> CHANNEL = AttributeKey.valueOf("io.leakguard.netty.channelScope");
    private static final AttributeKey<LeakScope> REQUEST = AttributeKey.valueOf("io.leakguard.netty.requestScope");

    private final LeakGuard guard;
    private final Protocol protocol;
    private final Deque<LeakScope> answering = new ArrayDeque<>();
    private @Nullable LeakScope reading;
    /** Ends the wrapping of all buffers of the event loop on which this was added. */
    private @Nullable Runnable wrapping;

    /**
     * The number of messages that later handlers are working on. Most handlers answer during their call, and release
     * afterwards.
     */
    private int handling;

    /** Scopes whose answers were written by handlers that have not returned yet. */
    private final Deque<LeakScope> answered = new ArrayDeque<>();

    /** Finds the beginnings and ends of requests. */
    record Protocol(
            Function<Object, @Nullable String> startOf,
            Predicate<Object> isLastRead,
            Predicate<Object> isLastWritten) {}

    static ChannelHandler create(LeakGuard guard, Protocol protocol) {
        return new ScopeHandler(guard, protocol);
    }

    static ChannelHandler ofChannel(LeakGuard guard) {
        return new WholeChannel(guard);
    }

    private ScopeHandler(LeakGuard guard, Protocol protocol) {
        this.guard = guard;
        this.protocol = protocol;
    }

    static @Nullable LeakScope of(Channel channel) {
        LeakScope request = channel.attr(REQUEST).get();
        return request != null ? request : channel.attr(CHANNEL).get();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        String name = protocol.startOf.apply(msg);
        if (name != null) {
            LeakScope scope =
                    guard.openDetachedScope(name, ctx.channel().attr(CHANNEL).get());
            answering.addLast(scope);
            reading = scope;
        }
        LeakScope scope = reading;
        if (protocol.isLastRead.test(msg)) {
            reading = null;
        }
        if (scope == null) {
            ctx.fireChannelRead(msg);
            return;
        }
        // The message's buffer was allocated before the request was known.
        ByteBuf content = msg instanceof ByteBuf b ? b : msg instanceof ByteBufHolder holder ? holder.content() : null;
        NettyTracker<?> carrier = content == null ? null : Contents.wrapperOf(content);
        int references = content == null ? 0 : content.refCnt();
        if (carrier != null) {
            carrier.carries(scope);
        }
        ctx.channel().attr(REQUEST).set(scope);
        handling++;
        try (LeakListener.Registration binding = scope.bind()) {
            ctx.fireChannelRead(msg);
        } finally {
            handling--;
            if (carrier != null && content != null && content.refCnt() >= references) {
                carrier.keptBy(scope);
            }
            endAnswered(ctx.channel());
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        LeakScope scope = answering.peekFirst();
        if (scope == null) {
            ctx.write(msg, promise);
            return;
        }
        ChannelPromise written = promise;
        if (protocol.isLastWritten.test(msg)) {
            answering.removeFirst();
            written = promise.unvoid();
            written.addListener(future -> {
                if (ctx.executor().inEventLoop() && handling > 0) {
                    answered.addLast(scope);
                } else {
                    end(ctx.channel(), scope);
                }
            });
        }
        try (LeakListener.Registration binding = scope.bind()) {
            ctx.write(msg, written);
        }
    }

    private void endAnswered(Channel channel) {
        if (handling == 0) {
            for (LeakScope scope = answered.pollFirst(); scope != null; scope = answered.pollFirst()) {
                end(channel, scope);
            }
        }
    }

    private static void end(Channel channel, LeakScope scope) {
        channel.attr(REQUEST).compareAndSet(scope, null);
        scope.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ctx.fireChannelInactive();
        endAll(ctx.channel());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().isRegistered() && ctx.channel().eventLoop().inEventLoop()) {
            wrapping = CountedBuffers.wrapAllHere();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        endAll(ctx.channel());
        Runnable w = wrapping;
        wrapping = null;
        if (w != null) {
            w.run();
        }
    }

    private void endAll(Channel channel) {
        for (LeakScope scope = answering.pollFirst(); scope != null; scope = answering.pollFirst()) {
            end(channel, scope);
        }
        reading = null;
    }

    /** Lets one scope follow the channel. */
    static final class WholeChannel extends ChannelDuplexHandler {
        private final LeakGuard guard;
        private @Nullable LeakScope scope;

        WholeChannel(LeakGuard guard) {
            this.guard = guard;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            LeakScope opened =
                    guard.openDetachedScope("channel " + ctx.channel().id(), null);
            if (ctx.channel().remoteAddress() != null) {
                opened.attribute("remote", String.valueOf(ctx.channel().remoteAddress()));
            }
            scope = opened;
            ctx.channel().attr(CHANNEL).set(opened);
            ctx.channel().closeFuture().addListener(future -> opened.close());
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            LeakScope s = scope;
            if (s != null) {
                ctx.channel().attr(CHANNEL).compareAndSet(s, null);
                s.close();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            LeakScope s = scope;
            if (s == null) {
                ctx.fireChannelRead(msg);
                return;
            }
            try (LeakListener.Registration binding = s.bind()) {
                ctx.fireChannelRead(msg);
            }
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            LeakScope s = scope;
            if (s == null) {
                ctx.write(msg, promise);
                return;
            }
            try (LeakListener.Registration binding = s.bind()) {
                ctx.write(msg, promise);
            }
        }
    }
}
