package com.acme;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.SoftReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A daemon that parks resources in many places, writes a dump of itself and ends. */
public final class Holds {

    /** Keeps tenants. */
    static final class Registry {
        final Map<String, List<InputStream>> byTenant = new HashMap<>();
    }

    enum Level {
        HIGH
    }

    static final Registry REGISTRY = new Registry();
    static final ThreadLocal<InputStream> CURRENT = new ThreadLocal<>();
    static final Set<InputStream> OPEN = new HashSet<>();
    static final Deque<InputStream> WAITING = new ArrayDeque<>();
    static final Map<Integer, InputStream> BY_NUMBER = new ConcurrentHashMap<>();
    static final Map<Level, InputStream> BY_LEVEL = Collections.synchronizedMap(new TreeMap<>());
    static final IdentityHashMap<Object, InputStream> BY_IDENTITY = new IdentityHashMap<>();
    static final List<Runnable> TASKS = new ArrayList<>();
    static final List<Object> PLUGINS = new ArrayList<>();
    static final List<Thread> THREADS = new ArrayList<>();
    static SoftReference<Object> cached = new SoftReference<>(null);

    private static final LeakGuard GUARD =
            LeakGuard.builder().scopeGrace(Duration.ZERO).build();

    private Holds() {}

    /** The class of a plug-in, which a class loader of its own loads. */
    public static final class Plugin {
        static InputStream parked;

        private Plugin() {}

        /** Opens a resource, and keeps it. */
        public static void open(Supplier<InputStream> opener) {
            parked = opener.get();
        }
    }

    private static InputStream open(String what) {
        return GUARD.wrap(new ByteArrayInputStream(new byte[1]), what);
    }

    /** Not a wrapper: it is tracked itself. */
    static final class Lease implements Closeable {
        @Override
        public void close() {}
    }

    public static void main(String[] args) throws Exception {
        for (int i = 0; i < 50; i++) {
            REGISTRY.byTenant
                    .computeIfAbsent("t" + i % 5, t -> new ArrayList<>())
                    .add(open("parked"));
        }
        ExecutorService pool = Executors.newFixedThreadPool(1);
        pool.submit(() -> CURRENT.set(open("thread local"))).get();
        OPEN.add(open("in a set"));
        WAITING.add(open("in a deque"));
        BY_NUMBER.put(8_841, open("by number"));
        BY_LEVEL.put(Level.HIGH, open("by level"));
        BY_IDENTITY.put("identity", open("by identity"));
        InputStream captured = open("in a lambda"); // a variable too, which this method has as long as it runs
        TASKS.add(() -> captured.mark(1));
        try (LeakScope scope = GUARD.openScope("event-7")) {
            BY_NUMBER.put(7, open("escaped"));
        }
        GUARD.flush(Duration.ofSeconds(20));
        inAFrame();
        inAPlugin();
        notStrong();
        Thread waiting = new Thread(() -> await(new CountDownLatch(1)), "consumer-1");
        waiting.setDaemon(true);
        waiting.start();
        THREADS.add(waiting);
        GUARD.track(waiting, ResourceKind.of("acme.thread"), "a thread");
        GUARD.open(); // reads all stacks
        BY_NUMBER.put(9, open("young")); // but for this one's
        HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        bean.dumpHeap(args[0], true);
        System.exit(0);
    }

    private static void inAFrame() throws InterruptedException {
        CountDownLatch opened = new CountDownLatch(1);
        Thread thread = new Thread(() -> holdInFrame(opened), "worker-3");
        thread.setDaemon(true);
        thread.start();
        opened.await();
    }

    private static void holdInFrame(CountDownLatch opened) {
        InputStream local = open("in a frame");
        opened.countDown();
        await(new CountDownLatch(1));
        local.mark(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(1, TimeUnit.HOURS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void inAPlugin() throws Exception {
        URL classes = Holds.class.getProtectionDomain().getCodeSource().getLocation();
        URLClassLoader loader =
                new URLClassLoader("plugins", new URL[] {classes}, ClassLoader.getPlatformClassLoader()) {
                    @Override
                    public Class<?> findClass(String name) throws ClassNotFoundException {
                        return super.findClass(name);
                    }
                };
        GUARD.track(loader, ResourceKind.of("acme.loader"), "plugins");
        Class<?> plugin = loader.loadClass("com.acme.Holds$Plugin");
        Supplier<InputStream> opener = () -> open("in a plug-in");
        plugin.getMethod("open", Supplier.class).invoke(null, opener);
        PLUGINS.add(plugin);
    }

    private static void notStrong() {
        Lease soft = new Lease();
        GUARD.track(soft, ResourceKind.of("acme.soft"), "softly");
        cached = new SoftReference<>(soft);
        Lease guards = new Lease();
        Supplier<Object> description = guards::toString;
        GUARD.track(guards, ResourceKind.of("acme.fault"), description);
    }
}
