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
 * The one thread that does all that is slow: takes what was found off the queue and has it classified, and looks at each
 * tick what else is due. It comes back if something kills it.
 */
public final class FindingLoop implements Runnable {

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SHORTEST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** What the loop has done at each tick. */
    interface Ticks {
        void tick(long now, long tickNanos);
    }

    private final FindingQueue queue;
    private final DelayedFindings delayed;
    private final LeakClassifier classifier;
    private final Ticks ticks;
    private final Runnable beforeAll;
    private final Runnable atTheEnd;
    private final Drops drops;
    private final Failures failures;
    private final String threadName;
    private final long tickNanos;

    private volatile boolean stopping;
    private volatile boolean stopped;
    private volatile boolean started;
    private volatile Thread thread;
    /** What the thread has taken off the queue and not finished; only its own thread looks at it, and its successor. */
    private volatile @Nullable Object inFlight;

    /**
     * @param beforeAll is run first on the thread
     * @param atTheEnd is run on the thread when all that waits is to be reported
     */
    public FindingLoop(
            FindingQueue queue,
            DelayedFindings delayed,
            LeakClassifier classifier,
            Ticks ticks,
            Runnable beforeAll,
            Runnable atTheEnd,
            Drops drops,
            Failures failures,
            Settings settings) {
        this.queue = queue;
        this.delayed = delayed;
        this.classifier = classifier;
        this.ticks = ticks;
        this.beforeAll = beforeAll;
        this.atTheEnd = atTheEnd;
        this.drops = drops;
        this.failures = failures;
        this.threadName = "leakguard-reporter-" + settings.name();
        this.tickNanos = tickNanos(settings);
        this.thread = Threads.daemon(this, threadName);
        queue.consumer(this::revive);
    }

    /** Each second, or as often as short intervals ask for. */
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

    /** Threads can be killed: the next event brings the loop back. */
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

    /** Waits until all that was found so far is classified; false if that takes too long. */
    public boolean flush(Patience patience) {
        CountDownLatch processed = new CountDownLatch(1);
        Runnable token = () -> {
            // Behind what waits for its parent.
            if (delayed.isEmpty()
                    || !delayed.add(LeakClassifier.PARENT_WAIT_NANOS + 1, new Finding.Job(processed::countDown))) {
                processed.countDown();
            }
        };
        return patience.until(() -> queue.run(token)) && patience.await(processed);
    }

    /** Reports what waits, then ends the thread; waits until the deadline, also if it is interrupted. Tells whether it was. */
    public boolean stop(long deadline) {
        boolean own = isCurrentThread();
        stopping = true;
        delayed.stop();
        queue.wake();
        // An interrupt means "be quick", not "lose what was found": it is kept, and the wait is bounded anyway.
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
        failures.runQuietly("loading what a report needs", beforeAll);
        try {
            lost(inFlight, null); // by the thread before this one, if that was killed
            loop();
        } finally {
            if (!stopped && !stopping) {
                revive(Thread.currentThread()); // it was killed where nothing could be caught
            }
        }
    }

    private void loop() {
        long nextTick = delayed.now();
        while (true) {
            try {
                long now = delayed.now();
                // Not more than a tick, wherever the clock has jumped to.
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
                }
                if (stopping && event == null) {
                    finish();
                    return;
                }
            } catch (InterruptedException e) {
                if (stopped) {
                    return;
                }
                // Nobody may stop the loop by interrupting it: it goes on.
            } catch (Throwable t) {
                failures.internal("the reporter", t);
            }
        }
    }

    private void handle(Object event) {
        if (inFlight != null) {
            lost(inFlight, null); // broke off where nothing could be caught
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

    /** What could not be reported is counted, so that it isn't lost without a trace. */
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
        // What came in the moment before: from now on nothing is taken.
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
