package io.leakguard.internal.detect;

import io.leakguard.GuardStats.DropReason;
import io.leakguard.internal.base.Drops;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.base.Threads;
import io.leakguard.internal.config.Setting;
import io.leakguard.internal.config.Settings;
import io.leakguard.internal.track.Tracker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread for slow work: it takes findings off the queue and has them classified, and runs due work at each
 * tick. It restarts if it was killed.
 */
public final class FindingLoop implements Runnable {

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SHORTEST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** The start of an application is over by then, in most cases. */
    private static final long LATER_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** The work of each tick. */
    interface Ticks {
        void tick(long now, long tickNanos);
    }

    private final FindingQueue queue;
    private final DelayedFindings delayed;
    private final LeakClassifier classifier;
    private final Ticks ticks;
    private final Runnable beforeAll;
    private final Runnable later;
    private final Runnable atTheEnd;
    private final Drops drops;
    private final Failures failures;
    private final String threadName;
    private final long tickNanos;

    private volatile boolean stopping;
    private volatile boolean stopped;
    private volatile boolean started;
    private volatile Thread thread;
    /**
     * The event that the thread has taken off the queue and not finished. Only this thread and its successor read it.
     */
    private volatile @Nullable Object inFlight;

    /**
     * @param beforeAll runs first on the thread
     * @param later runs once on the thread, some seconds after
     * @param atTheEnd runs on the thread when all waiting findings must be reported
     */
    public FindingLoop(
            FindingQueue queue,
            DelayedFindings delayed,
            LeakClassifier classifier,
            Ticks ticks,
            Runnable beforeAll,
            Runnable later,
            Runnable atTheEnd,
            Drops drops,
            Failures failures,
            Settings settings) {
        this.queue = queue;
        this.delayed = delayed;
        this.classifier = classifier;
        this.ticks = ticks;
        this.beforeAll = beforeAll;
        this.later = later;
        this.atTheEnd = atTheEnd;
        this.drops = drops;
        this.failures = failures;
        this.threadName = "leakguard-reporter-" + settings.name();
        this.tickNanos = tickNanos(settings);
        this.thread = Threads.daemon(this, threadName);
        queue.consumer(this::revive);
    }

    /** Each second, or more often for short intervals. */
    private static long tickNanos(Settings settings) {
        long shortest = TICK_NANOS;
        for (Duration interval :
                new Duration[] {settings.get(Setting.GROWTH_INTERVAL), settings.get(Setting.REPORT_INTERVAL)}) {
            if (!interval.isZero()) {
                shortest = Math.min(shortest, interval.toNanos());
            }
        }
        return Math.max(SHORTEST_TICK_NANOS, shortest);
    }

    // --------------------------------------------------------------------------------------------- from any thread

    public void start() {
        thread.start();
        started = true;
    }

    /** Restarts the loop if its thread was killed. Called at the next event. */
    public void revive() {
        if (started && !thread.isAlive()) {
            revive(null);
        }
    }

    private void revive(@Nullable Thread dying) {
        synchronized (queue) {
            if (!stopped && !stopping && (thread == dying || !thread.isAlive())) {
                Thread next = Threads.daemon(this, threadName);
                next.start();
                thread = next;
            }
        }
    }

    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    public boolean isStopped() {
        return stopped;
    }

    /** Waits until all findings so far are classified; false if that takes too long. */
    public boolean flush(Patience patience) {
        CountDownLatch processed = new CountDownLatch(1);
        Runnable token = () -> {
            // After the findings that wait for their parent.
            if (delayed.isEmpty()
                    || !delayed.add(LeakClassifier.PARENT_WAIT_NANOS + 1, new Finding.Job(processed::countDown))) {
                processed.countDown();
            }
        };
        return patience.until(() -> queue.run(token)) && patience.await(processed);
    }

    /**
     * Reports waiting findings, then ends the thread. Waits until the deadline, even if interrupted. Returns whether it
     * was.
     */
    public boolean stop(long deadline) {
        boolean own = isCurrentThread();
        stopping = true;
        delayed.stop();
        queue.wake();
        // An interrupt means "be quick", not "lose findings": they are kept, and the wait is bounded anyway.
        boolean interrupted = false;
        while (!own && thread.isAlive() && System.nanoTime() - deadline < 0) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (thread.isAlive() && !own) {
            thread.interrupt();
        }
        if (!own) {
            stopped = true;
            queue.close();
            queue.dropWhatIsLeft();
        }
        return interrupted;
    }

    // --------------------------------------------------------------------------------------------- on its own thread

    @Override
    public void run() {
        failures.runQuietly("loading the classes of a report", beforeAll);
        try {
            lost(inFlight, null); // of the earlier thread, if it was killed
            loop();
        } finally {
            if (!stopped && !stopping) {
                revive(Thread.currentThread()); // killed at a point where no handler could run
            }
        }
    }

    private void loop() {
        long nextTick = delayed.now();
        long laterAt = nextTick + LATER_NANOS;
        boolean laterDone = false;
        while (true) {
            try {
                long now = delayed.now();
                // At most one tick, however far the clock has jumped.
                nextTick = nextTick - now > tickNanos ? now + tickNanos : nextTick;
                long wait = delayed.nanosUntilNext(now, nextTick - now);
                Object event = stopping ? queue.poll() : queue.poll(Math.max(0, wait));
                if (event != null) {
                    handle(event);
                }
                now = delayed.now();
                runDue(now);
                if (now - nextTick >= 0) {
                    nextTick = now + tickNanos;
                    ticks.tick(now, tickNanos);
                    if (!laterDone && now - laterAt >= 0) {
                        laterDone = true;
                        failures.runQuietly("loading the classes of a report", later);
                    }
                }
                if (stopping && event == null) {
                    finish();
                    return;
                }
            } catch (InterruptedException e) {
                if (stopped) {
                    return;
                }
                // An interrupt must not stop the loop: it goes on.
            } catch (Throwable t) {
                failures.internal("the reporter", t);
            }
        }
    }

    private void handle(Object event) {
        if (inFlight != null) {
            lost(inFlight, null); // ended at a point where no handler could run
        }
        inFlight = event;
        try {
            if (event instanceof Tracker tracker) {
                classifier.collected(tracker);
            } else if (event instanceof Finding finding) {
                finding.handOver(classifier);
            }
        } catch (Throwable t) {
            lost(event, t);
        }
        inFlight = null;
    }

    /** Counts reports that could not be made, so that none is lost silently. */
    private void lost(@Nullable Object event, @Nullable Throwable why) {
        if (event instanceof Finding finding) {
            drops.add(DropReason.FAILED, finding.reports());
        } else if (event instanceof Tracker tracker) {
            queue.brokenOff(tracker);
        }
        inFlight = null;
        if (why != null) {
            failures.internal("a report", why);
        }
    }

    private void runDue(long now) {
        for (Finding due = delayed.pollDue(now); due != null; due = delayed.pollDue(now)) {
            handle(due);
        }
    }

    private void finish() {
        try {
            reportAllThatWaits();
        } finally {
            stopped = true;
            queue.close();
        }
        // Events of the moment before: from now on the queue takes none.
        for (Object event = queue.poll(); event != null; event = queue.poll()) {
            handle(event);
        }
        reportAllThatWaits();
    }

    private void reportAllThatWaits() {
        for (Finding next = delayed.poll(); next != null; next = delayed.poll()) {
            handle(next);
        }
        atTheEnd.run();
    }
}
