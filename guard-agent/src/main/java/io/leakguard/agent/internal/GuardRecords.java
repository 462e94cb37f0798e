package io.leakguard.agent.internal;

import io.leakguard.ResourceKind;
import io.leakguard.internal.track.ObservedTable;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * Records each resource with the guard of the application that opens it, or with the agent's own guard while there is
 * none. Earlier resources move to the application's guard if it appears within a minute.
 */
final class GuardRecords implements Sink.Records {

    private static final int MAX_EARLY = 4_096;
    private static final long EARLY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ObservedTable own;
    private final JvmOwn owners;
    private final long since = System.nanoTime();

    private volatile AppGuard[] apps = {};
    /** Only the handle itself can move a record, and a record does not know its handle. */
    private volatile @Nullable Queue<WeakReference<Object>> early = new ConcurrentLinkedQueue<>();

    private final AtomicInteger earlyCount = new AtomicInteger();

    GuardRecords(ObservedTable own, JvmOwn owners) {
        this.own = own;
        this.owners = owners;
        if (!mayHaveAGuard()) {
            early = null;
        }
    }

    /** Whether the application has a guard on its class path, or inside its executable jar. */
    private static boolean mayHaveAGuard() {
        if (ClassLoader.getSystemResource("io/leakguard/LeakGuard.class") != null) {
            return true;
        }
        String path = System.getProperty("java.class.path", "");
        if (!path.endsWith(".jar") || path.contains(File.pathSeparator)) {
            return false;
        }
        try (JarFile jar = new JarFile(path)) {
            for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                if (entries.nextElement().getName().contains("-INF/lib/guard-core")) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // the JVM will report it
        }
    }

    @Override
    public boolean opened(
            Object handle, ResourceKind kind, @Nullable Object description, @Nullable Object descriptors) {
        AppGuard[] all = apps;
        if (all.length > 0) {
            AppGuard app = of(all);
            if (app != null && app.opened(handle, kind, description, descriptors)) {
                return true;
            }
        }
        rememberEarly(handle);
        return own.opened(handle, kind, description, descriptors);
    }

    /**
     * The application whose class loader is the thread's, or a parent of it. If there is only one application, that
     * one.
     */
    private static @Nullable AppGuard of(AppGuard[] all) {
        if (all.length == 1) {
            return all[0];
        }
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        while (loader != null) {
            for (AppGuard app : all) {
                if (app.isOf(loader)) {
                    return app;
                }
            }
            loader = loader.getParent();
        }
        return null;
    }

    private void rememberEarly(Object handle) {
        Queue<WeakReference<Object>> queue = early;
        if (queue == null) {
            return;
        }
        if (System.nanoTime() - since > EARLY_NANOS) {
            early = null;
            return;
        }
        queue.add(new WeakReference<>(handle));
        if (earlyCount.incrementAndGet() > MAX_EARLY && queue.poll() != null) {
            earlyCount.decrementAndGet();
        }
    }

    @Override
    public boolean closed(Object handle) {
        for (AppGuard app : apps) {
            if (app.closed(handle)) {
                return true;
            }
        }
        return own.closed(handle);
    }

    @Override
    public boolean part(Object handle) {
        for (AppGuard app : apps) {
            if (app.part(handle)) {
                return true;
            }
        }
        return own.forget(handle);
    }

    @Override
    public void describe(Object handle, Object description) {
        for (AppGuard app : apps) {
            app.detail(handle, description);
        }
        own.describe(handle, description);
    }

    @Override
    public void descriptor(Object handle, Integer number) {
        for (AppGuard app : apps) {
            app.detail(handle, number);
        }
        own.descriptor(handle, number);
    }

    @Override
    public void reclaimed(Object key) {
        for (AppGuard app : apps) {
            app.reclaimed(key);
        }
        own.reclaimed(key);
    }

    // ------------------------------------------------------------------------------------------------- joining

    @Override
    public synchronized Object[] join(Object[] functions) {
        AppGuard joining = new AppGuard(functions);
        List<AppGuard> all = new ArrayList<>();
        for (AppGuard app : apps) {
            if (app.isAlive() && !app.isOfSameLoader(joining)) {
                all.add(app);
            }
        }
        all.add(joining);
        Queue<WeakReference<Object>> before = early;
        early = null;
        apps = all.toArray(new AppGuard[0]);
        if (before != null && all.size() == 1) {
            for (WeakReference<Object> one : before) {
                Object handle = one.get();
                Object[] data = handle == null ? null : own.release(handle);
                if (handle != null && data != null && !joining.adopt(handle, data)) {
                    break; // it is closed already
                }
            }
        }
        return new Object[] {
            (BiPredicate<String, List<StackTraceElement>>)
                    (kind, frames) -> owners.isNobodys(ResourceKind.of(kind), frames),
            (Predicate<String>) kind -> owners.endsByCollection(ResourceKind.of(kind)),
            (BiConsumer<String, Integer>) (kind, number) -> owners.setApart(ResourceKind.of(kind), number),
            (Consumer<Object[]>) data -> owners.leaked(
                    ResourceKind.of((String) data[0]), (String) data[1], (String) data[2], (int[]) data[3]),
            (Predicate<String>) kind -> owners.isReclaimSeen(ResourceKind.of(kind))
        };
    }

    /** The guards of applications, for the command line. */
    List<AppGuard> applications() {
        return Arrays.stream(apps).filter(AppGuard::isAlive).toList();
    }

    /** From now on no hook reports ends. */
    void forgetAll() {
        own.forgetAll();
        for (AppGuard app : applications()) {
            app.answer("forget");
        }
    }
}
