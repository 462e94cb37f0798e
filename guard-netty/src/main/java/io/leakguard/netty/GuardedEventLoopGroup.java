package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.adapter.ResourceProbe;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The user's handle of an event loop group. The group's threads hold the group itself, so only a handle can show that
 * nobody can shut it down any more. Open channels that were registered through the handle hold it.
 */
final class GuardedEventLoopGroup implements EventLoopGroup {

    private static final AttributeKey<GuardedEventLoopGroup> GROUP =
            AttributeKey.valueOf(GuardedEventLoopGroup.class.getName());

    private final EventLoopGroup group;
    private final LeakTracker tracker;

    static EventLoopGroup of(LeakGuard guard, EventLoopGroup group) {
        return group instanceof GuardedEventLoopGroup ? group : new GuardedEventLoopGroup(guard, group);
    }

    private GuardedEventLoopGroup(LeakGuard guard, EventLoopGroup group) {
        this.group = group;
        this.tracker = guard.track(
                this, NettyGuard.EVENT_LOOP_GROUP, group.getClass().getSimpleName(), null, new Probe(group));
        LeakTracker t = tracker;
        group.terminationFuture().addListener(future -> t.close());
    }

    private record Probe(EventLoopGroup group) implements ResourceProbe {
        @Override
        public boolean isOpen() {
            return !group.isShuttingDown();
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // it is reclaimed in the background, and nobody waits
        public void close() {
            group.shutdownGracefully();
        }
    }

    @Override
    public ChannelFuture register(Channel channel) {
        channel.attr(GROUP).set(this);
        return group.register(channel);
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        promise.channel().attr(GROUP).set(this);
        return group.register(promise);
    }

    @Deprecated
    @Override
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        channel.attr(GROUP).set(this);
        return group.register(channel, promise);
    }

    @Override
    public Future<?> shutdownGracefully() {
        tracker.close();
        return group.shutdownGracefully();
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        tracker.close();
        return group.shutdownGracefully(quietPeriod, timeout, unit);
    }

    @Deprecated
    @Override
    public void shutdown() {
        tracker.close();
        group.shutdown();
    }

    @Deprecated
    @Override
    public List<Runnable> shutdownNow() {
        tracker.close();
        return group.shutdownNow();
    }

    // ------------------------------------------------------------------------------------------------- as it was

    @Override
    public EventLoop next() {
        return group.next();
    }

    @Override
    public Iterator<EventExecutor> iterator() {
        return group.iterator();
    }

    @Override
    public boolean isShuttingDown() {
        return group.isShuttingDown();
    }

    @Override
    public boolean isShutdown() {
        return group.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return group.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return group.awaitTermination(timeout, unit);
    }

    @Override
    public Future<?> terminationFuture() {
        return group.terminationFuture();
    }

    @Override
    public void execute(Runnable command) {
        group.execute(command);
    }

    @Override
    public Future<?> submit(Runnable task) {
        return group.submit(task);
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        return group.submit(task, result);
    }

    @Override
    public <T> Future<T> submit(Callable<T> task) {
        return group.submit(task);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return group.schedule(command, delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        return group.schedule(callable, delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        return group.scheduleAtFixedRate(command, initialDelay, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        return group.scheduleWithFixedDelay(command, initialDelay, delay, unit);
    }

    @Override
    public <T> List<java.util.concurrent.Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
            throws InterruptedException {
        return group.invokeAll(tasks);
    }

    @Override
    public <T> List<java.util.concurrent.Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit) throws InterruptedException {
        return group.invokeAll(tasks, timeout, unit);
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
        return group.invokeAny(tasks);
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return group.invokeAny(tasks, timeout, unit);
    }

    @Override
    public String toString() {
        return group.toString();
    }
}
