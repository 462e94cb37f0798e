package io.leakguard.soak;

import static io.leakguard.soak.Soak.check;
import static io.leakguard.soak.Soak.say;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.tools.ToolProvider;

/** 100,000 leaks a second from 100,000 lines: memory stays bounded, the log readable, and every leak is counted. */
public final class ManySites {

    private static final int CLASSES = 200;
    private static final int LINES = 500;
    private static final int PER_SECOND = 100_000;
    private static final int THREADS = 2;

    /** For the generated lines. */
    public static final ResourceKind KIND = ResourceKind.of("soak.site");

    private ManySites() {}

    static void run(double minutes, Path folder) throws Exception {
        say("Many sites, %,d leaks a second from %,d lines, %.1f min:", PER_SECOND, CLASSES * LINES, minutes);
        List<MethodHandle> sites = generate(folder.resolve("sites"));
        Soak.Log log = new Soak.Log(folder.resolve("sites.log"));
        Soak.Sums sums = new Soak.Sums();
        LeakGuard guard = LeakGuard.builder()
                .name("sites")
                .listener(sums)
                .capture(CaptureBudget.unlimited())
                .build();
        AtomicLong made = new AtomicLong();
        long start = System.nanoTime();
        long end = start + (long) (minutes * TimeUnit.MINUTES.toNanos(1));
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int first = i;
            threads.add(new Thread(() -> leak(guard, sites, first, start, end, made), "leaking-" + i));
        }
        threads.forEach(Thread::start);
        Soak.Gauges gauges = new Soak.Gauges();
        while (System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(Math.max(500, (long) (minutes * 60_000 / 40)));
            gauges.sample();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        check(guard.awaitCollection(Duration.ofMinutes(2)), "the guard did not become quiet");
        gauges.judge();
        GuardStats stats = guard.stats();
        int known = guard.leaks().size();
        guard.close();
        GuardStats last = guard.stats();
        say(
                "  %,d leaks made, %,.0f a second; %,d found; %,d reports of %,d leaks; dropped %s; %,d sites kept",
                made.get(),
                made.get() / seconds,
                stats.of(KIND).leaked(),
                sums.reports.sum(),
                sums.collected(),
                last.droppedBy(),
                known);
        check(stats.of(KIND).leaked() == made.get(), "%d leaks were made", made.get());
        check(stats.of(KIND).open() == 0, "%d are still open", stats.of(KIND).open());
        // One more row counts the forgotten sites.
        check(known <= 10_000 + 1, "%d sites are kept", known);
        check(made.get() / seconds > 0.8 * PER_SECOND, "only %.0f leaks a second were made", made.get() / seconds);
        Soak.judge(last, sums, log, seconds / 60);
    }

    private static void leak(
            LeakGuard guard, List<MethodHandle> sites, int first, long start, long end, AtomicLong made) {
        try {
            long mine = 0;
            int at = first * (sites.size() / THREADS);
            while (System.nanoTime() - end < 0) {
                long due = (long) ((System.nanoTime() - start) / 1e9 * PER_SECOND / THREADS);
                while (mine < due) {
                    made.addAndGet(LINES);
                    sites.get(at).invoke(guard);
                    at = (at + 1) % sites.size();
                    mine += LINES;
                }
                LockSupport.parkNanos(200_000);
            }
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Each of these methods tracks a resource on each of many lines, and forgets it. */
    private static List<MethodHandle> generate(Path folder) throws IOException, ReflectiveOperationException {
        Files.createDirectories(folder);
        List<String> options = new ArrayList<>(List.of(
                "-d", folder.toString(), "-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path")));
        for (int c = 0; c < CLASSES; c++) {
            StringBuilder source = new StringBuilder("package com.acme.sites; public class Sites" + c
                    + " { public static void run(io.leakguard.LeakGuard guard) {\n");
            source.append("guard.track(new Object(), io.leakguard.soak.ManySites.KIND);\n".repeat(LINES));
            source.append("} }\n");
            options.add(Files.writeString(folder.resolve("Sites" + c + ".java"), source)
                    .toString());
        }
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, options.toArray(String[]::new));
        if (result != 0) {
            throw new IllegalStateException("the generated classes don't compile");
        }
        List<MethodHandle> sites = new ArrayList<>();
        URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, ManySites.class.getClassLoader());
        for (int c = 0; c < CLASSES; c++) {
            sites.add(MethodHandles.publicLookup()
                    .findStatic(
                            loader.loadClass("com.acme.sites.Sites" + c),
                            "run",
                            MethodType.methodType(void.class, LeakGuard.class)));
        }
        return sites;
    }
}
