package io.leakguard.internal.track;

import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.base.Threads;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The held resources that are used without their holder. The guard keeps the {@link LastLook} of each for a while, then
 * drops it. The next collection shows whether anybody else still has the resource.
 */
public final class LastLooks {

    private record Waiting(long due, Held held, @Nullable LastLook look) {}

    final Failures failures;

    private final Clock clock;
    private final String threadName;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean any;
    private volatile boolean stopped;

    public LastLooks(Clock clock, Failures failures, String threadName) {
        this.clock = clock;
        this.failures = failures;
        this.threadName = threadName;
    }

    void used() {
        if (!any) {
            any = true;
        }
    }

    void later(Held held, @Nullable LastLook look, long delayNanos) {
        if (!stopped) {
            waiting.add(new Waiting(clock.nanos() + delayNanos, held, look));
        }
    }

    /** On the reporter's thread. */
    public void tick() {
        long now = clock.nanos();
        for (Iterator<Waiting> it = waiting.iterator(); it.hasNext(); ) {
            Waiting next = it.next();
            if (!next.held.isWorthAnotherLook() || next.due - now <= 0) {
                it.remove();
            }
        }
    }

    /** The guard is closed and keeps none of them. */
    public void stop() {
        stopped = true;
        waiting.clear();
    }

    /** Waits until finalizers have run. Uses its own thread, since a finalizer of the application may block. */
    @SuppressWarnings({"deprecation", "removal"})
    public void await(long deadline) throws InterruptedException {
        if (any) {
            Thread thread = Threads.daemon(System::runFinalization, threadName);
            thread.start();
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        }
    }
}
