package io.leakguard;

import io.leakguard.internal.Preload;
import io.leakguard.internal.RunningEngine;
import io.leakguard.internal.base.SpareDescriptor;
import io.leakguard.internal.config.Config;
import io.leakguard.internal.config.Setting;
import io.leakguard.internal.config.Settings;
import io.leakguard.report.HtmlReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Configures a guard. Each setting also has a system property {@code leakguard.<key>}, which {@link #property} sets
 * too. Not thread-safe.
 */
public final class LeakGuardBuilder {

    private final Config config = Config.fromSystemProperties();

    LeakGuardBuilder() {}

    /**
     * Returns the keys of all settings, without {@code leakguard.} before them: for programs that read a configuration of their own
     * and pass it to {@link #property}.
     *
     * @return the keys, in the order of the documentation
     */
    public static List<String> keys() {
        return Config.keys();
    }

    /**
     * Sets any setting by its key, as in a configuration file: {@code property("capture", "500/s")}.
     *
     * @param key the key, with or without {@code leakguard.} before it
     * @param value the value
     * @return this builder
     * @throws IllegalArgumentException if the key is unknown or the value is bad
     */
    public LeakGuardBuilder property(String key, String value) {
        config.set(key, value, "property(\"" + key + "\", …)");
        return this;
    }

    /**
     * Names the guard ({@code leakguard.name}, default {@code default}).
     *
     * @param name the name in telemetry and thread names; not blank
     * @return this builder
     */
    public LeakGuardBuilder name(String name) {
        return property("name", name);
    }

    /**
     * Switches the guard on or off ({@code leakguard.enabled}, default true). A guard that is off costs nothing.
     *
     * @param enabled false for a guard that does nothing
     * @return this builder
     */
    public LeakGuardBuilder enabled(boolean enabled) {
        return property("enabled", Boolean.toString(enabled));
    }

    /**
     * Limits the number of creation stacks that are captured ({@code leakguard.capture}: {@code unlimited},
     * {@code none}, or a rate like {@code 2000/s}, which is the default).
     *
     * @param budget the budget
     * @return this builder
     */
    public LeakGuardBuilder capture(CaptureBudget budget) {
        config.set(Setting.CAPTURE, budget);
        return this;
    }

    /**
     * Sets the time for which a kind is captured in full after a leak of it was reported without a stack
     * ({@code leakguard.escalation}, default 30 s). It ends early once a leak of that kind is reported with its stack.
     *
     * @param duration zero for no escalation
     * @return this builder
     */
    public LeakGuardBuilder escalation(Duration duration) {
        return property("escalation", duration.toString());
    }

    /**
     * Names the application's packages ({@code leakguard.app.packages}, comma-separated). The guard blames the first
     * frame of a creation stack that lies in one of them. Without this setting, the guard recognizes the application by
     * the origin of its code: a folder of classes, the main class's jar or module, {@code BOOT-INF/classes} or
     * {@code WEB-INF/classes}, and jars of packages that begin as those do. If the origin decides nothing, the guard
     * blames the first frame that belongs neither to the JDK nor to a library whose name the guard knows.
     *
     * @param packages package names; subpackages are included
     * @return this builder
     */
    public LeakGuardBuilder appPackages(String... packages) {
        return property("app.packages", String.join(",", packages));
    }

    /**
     * Names helpers that are never blamed ({@code leakguard.blame.skip}, comma-separated): the application's own
     * factories, through which all its code opens resources. The site is the first frame of the application beyond
     * them. If there is none, the site is the outermost of the helpers.
     *
     * @param helpers packages with their subpackages, classes with those inside them, or methods such as {@code
     *     com.acme.Db.connection}; {@code *} stands for any characters
     * @return this builder
     * @throws IllegalArgumentException if one is not of this form
     */
    public LeakGuardBuilder blameSkip(String... helpers) {
        return property("blame.skip", String.join(",", helpers));
    }

    /**
     * Sets the shortest time between two reports of one path ({@code leakguard.report.interval}, default 1 min). The
     * first leak on a new path is reported at once. Leaks in between are counted, and the next report says how many
     * there were. It shows the leak with the most details.
     *
     * @param interval zero to report each leak by itself
     * @return this builder
     */
    public LeakGuardBuilder reportInterval(Duration interval) {
        return property("report.interval", interval.toString());
    }

    /**
     * Limits the reports a minute, of all sites together ({@code leakguard.reports.per.minute}, default 600). Further
     * ones wait for the next minute.
     *
     * @param reports a positive number
     * @return this builder
     */
    public LeakGuardBuilder maxReportsPerMinute(int reports) {
        return property("reports.per.minute", Integer.toString(reports));
    }

    /**
     * Limits the number of paths that are remembered, of all sites ({@code leakguard.sites.max}, default 10,000).
     * Beyond it, those that leaked least and longest ago are forgotten. The guard distinguishes at most 100 paths of
     * one site, and at most half as many as this; further ones are counted together. {@link LeakGuard#leaks()} has rows
     * for the rest, and {@link GuardStats.DropReason#SITES_FULL} counts the leaks that no report mentioned.
     *
     * @param sites a positive number
     * @return this builder
     */
    public LeakGuardBuilder maxSites(int sites) {
        return property("sites.max", Integer.toString(sites));
    }

    /**
     * Limits the number of leaks that wait to be explained ({@code leakguard.queue.capacity}, default 65,536). Those
     * beyond are counted as leaks, but not reported.
     *
     * @param leaks a positive number
     * @return this builder
     */
    public LeakGuardBuilder queueCapacity(int leaks) {
        return property("queue.capacity", Integer.toString(leaks));
    }

    /**
     * Closes the delegate of a handle that was collected ({@code leakguard.reclaim}, default false). The leak is still
     * reported, and the report says whether that worked.
     *
     * @param reclaim true to reclaim
     * @return this builder
     */
    public LeakGuardBuilder reclaim(boolean reclaim) {
        return property("reclaim", Boolean.toString(reclaim));
    }

    /**
     * Sets whether the guard keeps the trace and span that are current when a resource is opened
     * ({@code leakguard.trace}, default true).
     *
     * @param trace false to leave them out
     * @return this builder
     */
    public LeakGuardBuilder trace(boolean trace) {
        return property("trace", Boolean.toString(trace));
    }

    /**
     * Sets whether {@link LeakGuard#holdDurations()} may count the hold times of resources
     * ({@code leakguard.hold.durations}, default true). They are counted only while somebody reads them.
     *
     * @param holdDurations false to count none, even for a reader
     * @return this builder
     */
    public LeakGuardBuilder holdDurations(boolean holdDurations) {
        return property("hold.durations", Boolean.toString(holdDurations));
    }

    /**
     * Takes these values from SLF4J's MDC whenever a resource is opened, for the report's attributes
     * ({@code leakguard.mdc}, comma-separated keys, default none).
     *
     * @param keys 1 to 16 keys of the MDC
     * @return this builder
     */
    public LeakGuardBuilder mdc(String... keys) {
        return property("mdc", String.join(",", keys));
    }

    /**
     * Adds a provider of attributes, which is called whenever a resource is opened.
     *
     * @param provider the provider
     * @return this builder
     */
    public LeakGuardBuilder context(ContextProvider provider) {
        config.context(Objects.requireNonNull(provider, "provider"));
        return this;
    }

    /**
     * Sets whether reports are logged ({@code leakguard.log}, default true), to the logger {@code io.leakguard.leak}.
     *
     * @param log false if other listeners are enough
     * @return this builder
     */
    public LeakGuardBuilder log(boolean log) {
        return property("log", Boolean.toString(log));
    }

    /**
     * Sets the time for which a resource may stay open after its scope has ended ({@code leakguard.scope.grace},
     * default 1 s), for resources that are closed asynchronously.
     *
     * @param grace zero for none
     * @return this builder
     */
    public LeakGuardBuilder scopeGrace(Duration grace) {
        return property("scope.grace", grace.toString());
    }

    /**
     * Sets the time for which resources of a kind may stay open before they are reported as {@link LeakCause#OVERDUE}
     * ({@code leakguard.overdue}: {@code jdbc.connection=30s,socket=5min}; default no limit). A scope may allow more.
     *
     * @param kind the kind
     * @param limit a positive time
     * @return this builder
     */
    public LeakGuardBuilder overdueAfter(ResourceKind kind, Duration limit) {
        config.overdue(kind, limit);
        return this;
    }

    /**
     * Sets the time for which resources of all kinds without a limit of their own may stay open
     * ({@code leakguard.overdue}, default no limit).
     *
     * @param limit a positive time
     * @return this builder
     */
    public LeakGuardBuilder overdueAfter(Duration limit) {
        config.overdue(null, limit);
        return this;
    }

    /**
     * Sets the time between two samples of the growth test, which counts open resources
     * ({@code leakguard.growth.interval}, default 4 min). A leak is reported after 300 samples at the earliest, if
     * little time is left, and else after 1,200. At much shorter intervals a daily rise of the load looks like a leak.
     *
     * @param interval zero for no growth test
     * @return this builder
     */
    public LeakGuardBuilder growthInterval(Duration interval) {
        return property("growth.interval", interval.toString());
    }

    /**
     * Sets the number of open resources of one site that would be too many ({@code leakguard.growth.capacity}, default
     * 1,000). Growth of less than 7.5 % of it in 3,600 samples is not reported. The forecast is the time until it is
     * reached.
     *
     * @param resources a positive number
     * @return this builder
     */
    public LeakGuardBuilder growthCapacity(int resources) {
        return property("growth.capacity", Integer.toString(resources));
    }

    /**
     * Sets the time without any collection after which the guard asks the JVM for one, if more resources are open than
     * after the last one ({@code leakguard.gc.after.idle}, default 0: never). An idle daemon is not collected for
     * hours, so its leaks are not found for hours. A full collection may stop the application, for a second per some
     * GiB of live objects. With G1, {@code -XX:+ExplicitGCInvokesConcurrent} makes it short.
     *
     * @param idle zero for never, such as 15 min; the guard checks once a second
     * @return this builder
     */
    public LeakGuardBuilder gcAfterIdle(Duration idle) {
        return property("gc.after.idle", idle.toString());
    }

    /**
     * Writes the list of open resources to the log at a signal of the operating system ({@code leakguard.dump.signal},
     * default none).
     *
     * @param name a signal that the JVM leaves free, such as {@code HUP}
     * @return this builder
     * @throws IllegalArgumentException if there is no such signal
     */
    public LeakGuardBuilder dumpOnSignal(String name) {
        return property("dump.signal", name);
    }

    /**
     * Sets whether the end of the process closes the guard, which then reports open resources
     * ({@code leakguard.shutdown.hook}, default false).
     *
     * @param hook true to add a shutdown hook
     * @return this builder
     */
    public LeakGuardBuilder shutdownHook(boolean hook) {
        return property("shutdown.hook", Boolean.toString(hook));
    }

    /**
     * Sets the longest time for which the {@linkplain #shutdownHook hook} waits for the application's own hooks
     * ({@code leakguard.shutdown.wait}, default 10 s). It waits only while a resource is open and either a thread is
     * running that started at the end of the process, or a resource was closed in the last quarter of a second.
     *
     * @param most the longest wait; zero for none
     * @return this builder
     */
    public LeakGuardBuilder shutdownWait(Duration most) {
        return property("shutdown.wait", most.toString());
    }

    /**
     * Writes a {@linkplain HtmlReport page} with leaks, open resources and their history when the guard is closed, and
     * at {@linkplain #dumpOnSignal the signal} ({@code leakguard.report.file}, default none). If it can't be written,
     * an error is logged. For the end of a process, set the {@linkplain #shutdownHook hook} too.
     *
     * @param file the file, replaced if there is one
     * @return this builder
     */
    public LeakGuardBuilder reportFile(Path file) {
        return property("report.file", file.toString());
    }

    /**
     * Sets whether a thread that is started inside a scope is in that scope too, until the scope ends
     * ({@code leakguard.scope.inherit}, default false). For tests and batch programs, whose work starts their threads.
     * In a daemon a pool's thread would keep the scope of its first task for later ones.
     *
     * @param inherit true to inherit
     * @return this builder
     */
    public LeakGuardBuilder inheritScopes(boolean inherit) {
        return property("scope.inherit", Boolean.toString(inherit));
    }

    /**
     * Sets the scope of resources that are opened on a thread that is in no scope, if their parent is in none either.
     * For tests and batch programs, which know what is running at that moment. In a daemon such resources belong to no
     * scope.
     *
     * @param scope called on the opening thread for each such resource: it must be quick and thread-safe, and may open
     *     a detached scope; null or a scope of another guard means none
     * @return this builder
     */
    public LeakGuardBuilder defaultScope(Supplier<? extends @Nullable LeakScope> scope) {
        config.defaultScope(Objects.requireNonNull(scope, "scope"));
        return this;
    }

    /**
     * Accepts a known leak.
     *
     * @param kind the pattern of the kind's name, {@code *} for any
     * @param frame the pattern of a frame of its creation stack, {@code com.acme.Config.*}
     * @param reason the reason for accepting it
     * @return this builder
     * @throws IllegalArgumentException if a pattern is empty or the reason is blank
     */
    public LeakGuardBuilder suppress(String kind, String frame, String reason) {
        config.suppress(Suppression.of(kind, frame, reason));
        return this;
    }

    /**
     * Sets whether reports of what is still open say who holds it ({@code leakguard.held.by}). For this the guard makes a
     * heap dump, at most one an hour; {@code leakguard.heap.dump.interval} and other settings change that. Needs the module
     * guard-heap, without which {@link #build()} throws.
     *
     * @param heldBy whether they do
     * @return this builder
     */
    public LeakGuardBuilder heldBy(boolean heldBy) {
        config.set(Setting.HELD_BY, heldBy);
        return this;
    }

    /**
     * Accepts the known leaks that a file lists ({@code leakguard.suppressions}). {@link Suppression} describes the
     * format.
     *
     * @param file the file
     * @return this builder
     * @throws IllegalArgumentException if it can't be read or a line is malformed; the message names file, line and
     *     fix
     */
    public LeakGuardBuilder suppressions(Path file) {
        return property("suppressions", file.toString());
    }

    /**
     * Adds a listener.
     *
     * @param listener the listener
     * @return this builder
     */
    public LeakGuardBuilder listener(LeakListener listener) {
        config.listener(listener);
        return this;
    }

    /**
     * Returns a new guard.
     *
     * @return a new guard; {@link LeakGuard#disabled()} if it is switched off
     */
    public LeakGuard build() {
        if (!config.enabled()) {
            return LeakGuard.disabled();
        }
        Settings settings = config.snapshot();
        RunningEngine engine = new RunningEngine(settings);
        LeakGuard guard = new LeakGuard(engine, engine.claimLife());
        Path file = settings.get(Setting.REPORT_FILE).orElse(null);
        if (file != null) {
            writePageOf(new LeakGuard(engine, null), engine, file); // the engine must not hold the guard
        }
        return guard;
    }

    private static void writePageOf(LeakGuard guard, RunningEngine engine, Path file) {
        Preload.load(HtmlReport.class); // when the page is written, no descriptor may be left
        HtmlReport.Recorder recorder = HtmlReport.Recorder.start(guard);
        // Loads the classes of a page, and reserves a descriptor for the file: later none may be left.
        HtmlReport.of(guard);
        SpareDescriptor spare = new SpareDescriptor();
        engine.onPage(() -> write(guard, recorder, file, spare));
    }

    private static void write(LeakGuard guard, HtmlReport.Recorder recorder, Path file, SpareDescriptor spare) {
        if (!guard.isEnabled()) {
            recorder.close();
        }
        HtmlReport page = HtmlReport.builder(guard).recorder(recorder).build();
        spare.give();
        try {
            page.writeTo(file);
        } catch (IOException e) {
            LoggerFactory.getLogger("io.leakguard").error("{}", e.getMessage());
        } finally {
            if (guard.isEnabled()) {
                spare.take();
            }
        }
    }
}
