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
 * The queue in which the garbage collector puts trackers of collected handles, and the thread that takes them out. It
 * works as {@link java.lang.ref.Cleaner} does, without the Cleaner's list and node: a tracker is already in its shard's
 * list.
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
    /** The reference that was taken out and is not finished. Only the thread and its successor read it. */
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

    /** Starts the thread, also anew if it was killed. */
    public synchronized void start() {
        if (!stopped && (thread == null || !thread.isAlive())) {
            Thread next = Threads.daemon(this, threadName);
            next.start();
            thread = next;
        }
    }

    /** Ends the thread. It waits for the collector only, so it ends at once. Keeps an interrupt of the caller. */
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
            Thread.currentThread().interrupt(); // it ends on its own
        }
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                takeAll();
            } catch (Throwable t) {
                // On a full heap, the handler of a failure can fail too. The first failure is counted.
            }
        }
    }

    private void takeAll() {
        while (!stopped) {
            try {
                take();
            } catch (InterruptedException e) {
                // Only the interrupt of stop() has a meaning, and the loop above checks for it.
            } catch (Throwable t) {
                failures.internal("a collected resource", t);
            }
        }
    }

    private void take() throws InterruptedException {
        Tracker left = inFlight;
        if (left != null) {
            // If HotSpot can't allocate on a full heap, it drops whole frames with their handlers.
            findings.brokenOff(left);
            inFlight = null;
        }
        CountDownLatch asked = awaitEmpty.peek(); // before the look at the queue
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

    /** Runs the garbage collector until a new object has been collected. False if that takes too long. */
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

    /** Waits until everything that is in the queue now has been taken out. */
    public boolean awaitEmpty(long deadline) throws InterruptedException {
        CountDownLatch empty = new CountDownLatch(1);
        awaitEmpty.add(empty);
        new Sentinel(new Object(), references).enqueue(); // wakes the thread
        return empty.await(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
}
