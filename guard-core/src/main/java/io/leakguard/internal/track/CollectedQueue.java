package io.leakguard.internal.track;

import io.leakguard.internal.base.Failures;
import io.leakguard.internal.base.Threads;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The queue in which the garbage collector puts trackers whose handle it has collected, and the thread that takes them out:
 * what a {@link java.lang.ref.Cleaner} is, but for its list and its node, since a tracker is in its shard's list already.
 */
public final class CollectedQueue implements Runnable {

    private static final long END_MILLIS = 1_000;

    public final ReferenceQueue<Object> references = new ReferenceQueue<>();

    private final Failures failures;
    private final Findings findings;
    private final String threadName;
    private final Queue<CountDownLatch> awaitEmpty = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;
    private @Nullable Thread thread;
    /** What has been taken out and is not finished; only the thread looks at it, and its successor. */
    private volatile @Nullable Tracker inFlight;

    /** Tells that an object was collected. */
    private static final class Sentinel extends PhantomReference<Object> {
        final CountDownLatch collected = new CountDownLatch(1);

        Sentinel(Object object, ReferenceQueue<Object> references) {
            super(object, references);
        }
    }

    public CollectedQueue(Failures failures, Findings findings, String threadName) {
        this.failures = failures;
        this.findings = findings;
        this.threadName = threadName;
    }

    /** Starts the thread; also again, if something has killed it. */
    public synchronized void start() {
        if (!stopped && (thread == null || !thread.isAlive())) {
            Thread next = Threads.daemon(this, threadName);
            next.start();
            thread = next;
        }
    }

    /** Ends the thread. It waits for nothing but the collector, so it ends at once; an interrupt of the caller is kept. */
    public void stop() {
        Thread t;
        synchronized (this) {
            stopped = true;
            t = thread;
        }
        if (t == null || t == Thread.currentThread()) {
            return;
        }
        t.interrupt();
        try {
            t.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it ends without being waited for
        }
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                takeAll();
            } catch (Throwable t) {
                // With a heap that is full, what handles a failure can fail too. What failed first is counted.
            }
        }
    }

    private void takeAll() {
        while (!stopped) {
            try {
                take();
            } catch (InterruptedException e) {
                // Only that of stop() has a meaning, and then it is seen above.
            } catch (Throwable t) {
                failures.internal("a collected resource", t);
            }
        }
    }

    private void take() throws InterruptedException {
        Tracker left = inFlight;
        if (left != null) {
            // With a full heap HotSpot drops whole frames, with their handlers, where it can't make an object anew.
            findings.brokenOff(left);
            inFlight = null;
        }
        CountDownLatch asked = awaitEmpty.peek(); // before the queue is looked at
        Reference<?> next = references.poll();
        if (next == null && asked != null) {
            awaitEmpty.remove(asked);
            asked.countDown();
            return;
        }
        if (next == null) {
            next = references.remove();
        }
        if (next instanceof Tracker tracker) {
            inFlight = tracker;
            tracker.collected();
            inFlight = null;
        } else if (next instanceof Abandonment.Ended guard) {
            guard.abandoned();
        } else if (next instanceof Sentinel sentinel) {
            sentinel.collected.countDown();
        }
    }

    /** Runs the garbage collector until an object has come out that was made now; false if that takes too long. */
    public boolean collect(long deadline) throws InterruptedException {
        Sentinel sentinel = new Sentinel(new Object(), references);
        long pause = TimeUnit.MILLISECONDS.toNanos(20);
        do {
            System.gc();
            if (sentinel.collected.await(
                    Math.max(1, Math.min(pause, deadline - System.nanoTime())), TimeUnit.NANOSECONDS)) {
                return true;
            }
            pause = Math.min(2 * pause, TimeUnit.MILLISECONDS.toNanos(500));
        } while (!stopped && System.nanoTime() - deadline < 0);
        return false;
    }

    /** Waits until all has been taken out that is in the queue now. */
    public boolean awaitEmpty(long deadline) throws InterruptedException {
        CountDownLatch empty = new CountDownLatch(1);
        awaitEmpty.add(empty);
        new Sentinel(new Object(), references).enqueue(); // wakes the thread
        return empty.await(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
}
