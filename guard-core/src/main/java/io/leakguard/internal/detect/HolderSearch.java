package io.leakguard.internal.detect;

import io.leakguard.LeakPath;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.HeapReader;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.base.Threads;
import io.leakguard.internal.config.Setting;
import io.leakguard.internal.config.Settings;
import io.leakguard.internal.stack.StackInfo;
import io.leakguard.internal.track.HeapMark;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.Tracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds who holds what is open: writes a heap dump now and then, and has a process of its own read it. Any thread; the work
 * is on one of its own.
 */
public final class HolderSearch {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");
    private static final Duration READ_TIMEOUT = Duration.ofMinutes(10);
    private static final int MAX_WAITING = 1_000;
    private static final int MAX_TRACKERS = 200_000;
    private static final int MAX_EXPLAINED = 10_000;

    private static final String MISSING = "guard-heap is not on the class path: add io.leakguard:guard-heap";

    private final Registry registry;
    private final Failures failures;
    private final boolean enabled;
    private final long intervalNanos;
    private final long readerHeap;
    private final HeapDumps dumps;
    private final @Nullable HeapReader reader;
    private final @Nullable ThreadPoolExecutor worker;
    /** One dump at a time. */
    private final ReentrantLock lock = new ReentrantLock();

    private volatile Holders known = Holders.NONE;
    private volatile long lastNanos;
    private volatile boolean stopped;

    /** Throws if the setting is on and there is nothing that reads dumps. */
    public HolderSearch(Registry registry, Settings settings) {
        this.registry = registry;
        this.failures = registry.failures;
        this.enabled = settings.get(Setting.HELD_BY);
        this.intervalNanos = settings.get(Setting.HEAP_DUMP_INTERVAL).toNanos();
        this.readerHeap = settings.get(Setting.HEAP_READER_MAX);
        this.dumps = new HeapDumps(
                settings.get(Setting.HEAP_DUMP_FOLDER).orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"))),
                settings.get(Setting.HEAP_DUMP_MAX));
        this.lastNanos = registry.clock.nanos() - intervalNanos;
        this.reader = enabled ? reader() : null;
        if (enabled && reader == null) {
            throw new IllegalArgumentException(
                    "leakguard.held.by is true, but " + MISSING + ", or set leakguard.held.by=false");
        }
        if (enabled) {
            dumps.prepare();
        }
        this.worker = enabled ? worker("leakguard-held-by-" + settings.name()) : null;
    }

    private static ThreadPoolExecutor worker(String name) {
        ThreadPoolExecutor made = new ThreadPoolExecutor(
                1, 1, 2, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING), task -> Threads.daemon(task, name));
        made.allowCoreThreadTimeOut(true);
        return made;
    }

    private static @Nullable HeapReader reader() {
        HeapReader found = first(HeapReader.class.getClassLoader());
        return found != null ? found : first(Thread.currentThread().getContextClassLoader());
    }

    private static @Nullable HeapReader first(@Nullable ClassLoader loader) {
        try {
            return ServiceLoader.load(HeapReader.class, loader).findFirst().orElse(null);
        } catch (ServiceConfigurationError e) {
            return null; // another class loader's: not of this guard
        }
    }

    // ------------------------------------------------------------------------------------------------- what is known

    /** Who holds what was opened on a path; empty if no dump told. */
    String of(ResourceKind kind, @Nullable LeakPath path, String site) {
        return known.of(kind, path, site, registry.clock.nanos());
    }

    private boolean isDue() {
        return enabled && registry.clock.nanos() - lastNanos >= intervalNanos;
    }

    // ------------------------------------------------------------------------------------------------- reports

    /**
     * Runs a task once it is known, as far as it can be, who holds what is open.
     *
     * @return false if the caller is to run it: nothing new can be known
     */
    boolean before(Runnable task) {
        ThreadPoolExecutor thread = worker;
        boolean busy = thread != null
                && (thread.getActiveCount() > 0 || !thread.getQueue().isEmpty());
        return (busy || isDue()) && submit(task);
    }

    private boolean submit(Runnable task) {
        ThreadPoolExecutor thread = worker;
        if (thread == null) {
            return false;
        }
        try {
            thread.execute(() -> {
                try {
                    if (isDue()) {
                        lastNanos = registry.clock.nanos();
                        findQuietly();
                    }
                } finally {
                    task.run();
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false; // as it is known now
        }
    }

    private void findQuietly() {
        try {
            find(READ_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("LeakGuard can't tell who holds what is open: {}", e.getMessage());
        } catch (Throwable t) {
            failures.internal("finding who holds what is open", t);
        }
    }

    // ------------------------------------------------------------------------------------------------- the search

    /** Makes a dump now, whenever the last was, and has it read; nothing if the guard is closed. */
    public void findNow(Duration timeout) throws IOException, InterruptedException {
        if (!stopped) {
            lastNanos = registry.clock.nanos();
            find(timeout);
        }
    }

    private void find(Duration timeout) throws IOException, InterruptedException {
        HeapReader by = reader != null ? reader : reader();
        if (by == null) {
            throw new IOException(MISSING);
        }
        long deadline = System.nanoTime() + Math.min(timeout.toNanos(), TimeUnit.DAYS.toNanos(1));
        if (!lock.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IOException("another heap dump took longer than " + Text.duration(timeout));
        }
        try {
            String refusal = dumps.refusal();
            if (!refusal.isEmpty()) {
                throw new IOException("no heap dump: " + refusal);
            }
            HeapMark mark = mark();
            if (mark.size() == 0) {
                known = Holders.of(mark, Map.of(), registry.clock.nanos());
                return;
            }
            find(mark, by, deadline);
        } finally {
            lock.unlock();
        }
    }

    private void find(HeapMark mark, HeapReader by, long deadline) throws IOException, InterruptedException {
        Path dump = dumps.newFile();
        Thread atExit = Threads.daemon(dump.toFile()::delete, "leakguard-held-by-cleaning");
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            long begin = System.nanoTime();
            dumps.write(dump);
            long dumped = System.nanoTime();
            long bytes = Files.size(dump);
            Map<Integer, String> heldBy = by.read(
                    dump, dumps.folder(), readerHeap, Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            Holders found = Holders.of(mark, heldBy, registry.clock.nanos());
            known = found;
            LOG.info(
                    "LeakGuard found who holds {}: the process stood still for up to {} to write a heap dump of {},"
                            + " which another process read in {}; it is removed",
                    Text.count(found.read(), "open resource"),
                    seconds(dumped - begin),
                    Text.bytes(bytes),
                    seconds(System.nanoTime() - dumped));
        } finally {
            Files.deleteIfExists(dump);
            removeHook(atExit);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the process is ending, and it has nothing left to remove
        }
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }

    /** With their stacks read, since a dump has only what the JVM has made of them. */
    private HeapMark mark() {
        List<Tracker> open = new ArrayList<>();
        registry.forEachOpen(tracker -> {
            if (open.size() < MAX_TRACKERS && tracker.kind.kind != ResourceKind.SCOPE) {
                open.add(tracker);
            }
        });
        List<Tracker> ours = new ArrayList<>(open.size());
        int explained = 0;
        for (Tracker tracker : open) {
            StackInfo info = explained++ < MAX_EXPLAINED ? tracker.explained() : null;
            if (!tracker.isSetApart(info)) {
                ours.add(tracker);
            }
        }
        return new HeapMark(ours, registry.clock.nanos());
    }

    // ------------------------------------------------------------------------------------------------- the end

    /** Waits until all that waits for a dump has been passed on; false if that takes too long. */
    public boolean flush(Patience patience) {
        ThreadPoolExecutor thread = worker;
        return thread == null
                || patience.until(
                        () -> thread.getActiveCount() == 0 && thread.getQueue().isEmpty());
    }

    /** Breaks off a search. What waits for it is passed on at once, on this thread. */
    public void stop() {
        stopped = true;
        ThreadPoolExecutor thread = worker;
        if (thread != null) {
            lastNanos = registry.clock.nanos(); // none is due any more
            List<Runnable> waiting = thread.shutdownNow();
            try {
                thread.awaitTermination(2, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            waiting.forEach(Runnable::run);
        }
    }
}
