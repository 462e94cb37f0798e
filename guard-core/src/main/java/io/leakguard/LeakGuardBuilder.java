package io.leakguard;

import io.leakguard.internal.Engine;
import io.leakguard.internal.Preload;
import io.leakguard.internal.base.SpareDescriptor;
import io.leakguard.internal.config.Config;
import io.leakguard.internal.config.Setting;
import io.leakguard.internal.config.Settings;
import io.leakguard.report.HtmlReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Configures a guard. Each setting has the system property {@code leakguard.<key>} of the same meaning, which {@link
 * #property} sets too. Not thread-safe.
 */
public final class LeakGuardBuilder {

    private final Config config = Config.fromSystemProperties();

    LeakGuardBuilder() {}

    /**
     * Sets any setting by its key, as a configuration file has it: {@code property("capture", "500/s")}.
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
     * @param name shown in telemetry and thread names; not blank
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
     * Bounds how many creation stacks are captured ({@code leakguard.capture}: {@code unlimited}, {@code none}, or a
     * rate like {@code 2000/s}, which is the default).
     *
     * @param budget the budget
     * @return this builder
     */
    public LeakGuardBuilder capture(CaptureBudget budget) {
        config.set(Setting.CAPTURE, budget);
        return this;
    }

    /**
     * Sets for how long a kind is captured in full after a leak of it was reported without a stack ({@code
     * leakguard.escalation}, default 30 s). It ends early once a leak of that kind is reported with its stack.
     *
     * @param duration zero for no escalation
     * @return this builder
     */
    public LeakGuardBuilder escalation(Duration duration) {
        return property("escalation", duration.toString());
    }

    /**
     * Names the application's packages: the first frame of a creation stack that lies in one of them is blamed
     * ({@code leakguard.app.packages}, comma-separated). Without it, the guard tells the application by where its code
     * comes from: a folder of classes, the main class's jar or module, {@code BOOT-INF/classes} or
     * {@code WEB-INF/classes}, and jars of packages that begin as those do. Where that decides nothing, the first
     * frame is blamed that is neither of the JDK nor of a library whose name the guard knows.
     *
     * @param packages package names; subpackages are included
     * @return this builder
     */
    public LeakGuardBuilder appPackages(String... packages) {
        return property("app.packages", String.join(",", packages));
    }

    /**
     * Names helpers that are never blamed ({@code leakguard.blame.skip}, comma-separated): the application's own
     * factories, through which everybody opens. The first frame of the application beyond them is the site. If there is
     * none, the outermost of the helpers is.
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
     * Sets how often one path is reported at the most ({@code leakguard.report.interval}, default 1 min). A path that was
     * not seen before is reported at once. What leaks in between is counted, and the next report says how many; it shows
     * the leak of which most is known.
     *
     * @param interval zero to report each leak by itself
     * @return this builder
     */
    public LeakGuardBuilder reportInterval(Duration interval) {
        return property("report.interval", interval.toString());
    }

    /**
     * Bounds the reports of all sites together ({@code leakguard.reports.per.minute}, default 600); those beyond wait
     * for the next minute.
     *
     * @param reports a positive number
     * @return this builder
     */
    public LeakGuardBuilder maxReportsPerMinute(int reports) {
        return property("reports.per.minute", Integer.toString(reports));
    }

    /**
     * Bounds how many paths of all sites are remembered ({@code leakguard.sites.max}, default 10,000); beyond it those
     * that leaked least and longest ago are forgotten. Of one site at most 100 paths are told apart, and at most half as
     * many as this; those beyond are counted together. {@link LeakGuard#leaks()} has rows for what is beyond, and {@link
     * GuardStats.DropReason#SITES_FULL} counts the leaks that no report told of.
     *
     * @param sites a positive number
     * @return this builder
     */
    public LeakGuardBuilder maxSites(int sites) {
        return property("sites.max", Integer.toString(sites));
    }

    /**
     * Bounds how many leaks wait to be explained ({@code leakguard.queue.capacity}, default 65,536). Those beyond are
     * counted as leaks, but not reported.
     *
     * @param leaks a positive number
     * @return this builder
     */
    public LeakGuardBuilder queueCapacity(int leaks) {
        return property("queue.capacity", Integer.toString(leaks));
    }

    /**
     * Closes the delegate of a handle that was collected ({@code leakguard.reclaim}, default false): the leak is
     * still reported, and the report says what came of it.
     *
     * @param reclaim true to reclaim
     * @return this builder
     */
    public LeakGuardBuilder reclaim(boolean reclaim) {
        return property("reclaim", Boolean.toString(reclaim));
    }

    /**
     * Sets whether the trace and span that are current when a resource is opened are kept ({@code leakguard.trace},
     * default true).
     *
     * @param trace false to leave them out
     * @return this builder
     */
    public LeakGuardBuilder trace(boolean trace) {
        return property("trace", Boolean.toString(trace));
    }

    /**
     * Sets whether {@link LeakGuard#holdDurations()} may count how long resources are held ({@code
     * leakguard.hold.durations}, default true). They are counted only while somebody reads them.
     *
     * @param holdDurations false to leave it out whoever asks
     * @return this builder
     */
    public LeakGuardBuilder holdDurations(boolean holdDurations) {
        return property("hold.durations", Boolean.toString(holdDurations));
    }

    /**
     * Takes these values out of SLF4J's MDC whenever a resource is opened, for the report's attributes ({@code
     * leakguard.mdc}, comma-separated keys, default none).
     *
     * @param keys 1 to 16 keys of the MDC
     * @return this builder
     */
    public LeakGuardBuilder mdc(String... keys) {
        return property("mdc", String.join(",", keys));
    }

    /**
     * Adds a provider of attributes, asked whenever a resource is opened.
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
     * Sets how long a resource may stay open after its scope has ended ({@code leakguard.scope.grace}, default 1 s),
     * for what is closed asynchronously.
     *
     * @param grace zero for none
     * @return this builder
     */
    public LeakGuardBuilder scopeGrace(Duration grace) {
        return property("scope.grace", grace.toString());
    }

    /**
     * Sets how long resources of a kind may stay open before they are reported as {@link LeakCause#OVERDUE} ({@code
     * leakguard.overdue}: {@code jdbc.connection=30s,socket=5min}; default no limit). A scope may allow more.
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
     * Sets how long resources of all kinds may stay open that have no limit of their own ({@code leakguard.overdue},
     * default no limit).
     *
     * @param limit a positive time
     * @return this builder
     */
    public LeakGuardBuilder overdueAfter(Duration limit) {
        config.overdue(null, limit);
        return this;
    }

    /**
     * Sets how often the number of open resources is sampled for the growth test ({@code leakguard.growth.interval},
     * default 4 min). A leak is told after 300 samples at the earliest, if little time is left, and after 1,200
     * otherwise; at much shorter intervals a daily rise of the load looks like one.
     *
     * @param interval zero for no growth test
     * @return this builder
     */
    public LeakGuardBuilder growthInterval(Duration interval) {
        return property("growth.interval", interval.toString());
    }

    /**
     * Sets how many open resources of one site would be too many ({@code leakguard.growth.capacity}, default 1,000):
     * growth of less than 7.5 % of it in 3,600 samples is not reported, and the forecast is the time until it is
     * reached.
     *
     * @param resources a positive number
     * @return this builder
     */
    public LeakGuardBuilder growthCapacity(int resources) {
        return property("growth.capacity", Integer.toString(resources));
    }

    /**
     * Has the list of what is open written to the log at a signal of the operating system ({@code
     * leakguard.dump.signal}, default none).
     *
     * @param name a signal that the JVM leaves free, such as {@code HUP}
     * @return this builder
     * @throws IllegalArgumentException if there is no such signal
     */
    public LeakGuardBuilder dumpOnSignal(String name) {
        return property("dump.signal", name);
    }

    /**
     * Sets whether the guard is closed, and what is open then reported, when the process ends ({@code
     * leakguard.shutdown.hook}, default false).
     *
     * @param hook true to add a shutdown hook
     * @return this builder
     */
    public LeakGuardBuilder shutdownHook(boolean hook) {
        return property("shutdown.hook", Boolean.toString(hook));
    }

    /**
     * Sets how long the {@linkplain #shutdownHook hook} waits at most for the application's own hooks ({@code
     * leakguard.shutdown.wait}, default 10 s). It waits only while something is open and either a thread runs that
     * started at the end of the process, or something was closed in the last quarter of a second.
     *
     * @param most the longest wait; zero for none
     * @return this builder
     */
    public LeakGuardBuilder shutdownWait(Duration most) {
        return property("shutdown.wait", most.toString());
    }

    /**
     * Has a {@linkplain HtmlReport page} with leaks, open resources and their history written when the guard is
     * closed, and at {@linkplain #dumpOnSignal the signal} ({@code leakguard.report.file}, default none). If it can't
     * be written, that is logged as an error. For the end of a process, set the {@linkplain #shutdownHook hook} too.
     *
     * @param file the file, replaced if there is one
     * @return this builder
     */
    public LeakGuardBuilder reportFile(Path file) {
        return property("report.file", file.toString());
    }

    /**
     * Sets whether a thread that is started inside a scope is in that scope too, until the scope ends ({@code
     * leakguard.scope.inherit}, default false). For tests and batch programs, whose threads are started by the work
     * they do; in a daemon a pool's thread would take its first task's scope for those of later ones.
     *
     * @param inherit true to inherit
     * @return this builder
     */
    public LeakGuardBuilder inheritScopes(boolean inherit) {
        return property("scope.inherit", Boolean.toString(inherit));
    }

    /**
     * Sets where resources belong that are opened on a thread that is in no scope, and whose parent is in none. For
     * tests and batch programs, which know what they run at that moment; in a daemon such resources belong to no scope.
     *
     * @param scope asked on the opening thread, for each such resource: it must be quick and thread-safe, and may open
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
     * @param reason why it is accepted
     * @return this builder
     * @throws IllegalArgumentException if a pattern is empty or the reason is blank
     */
    public LeakGuardBuilder suppress(String kind, String frame, String reason) {
        config.suppress(Suppression.of(kind, frame, reason));
        return this;
    }

    /**
     * Accepts the known leaks that a file lists ({@code leakguard.suppressions}); {@link Suppression} has its format.
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
        Engine engine = new Engine(settings);
        LeakGuard guard = new LeakGuard(engine, engine.claimLife());
        Path file = settings.get(Setting.REPORT_FILE).orElse(null);
        if (file != null) {
            writePageOf(new LeakGuard(engine, null), engine, file); // the engine must not hold the guard
        }
        return guard;
    }

    private static void writePageOf(LeakGuard guard, Engine engine, Path file) {
        Preload.load(HtmlReport.class); // no descriptor may be left when it is written
        HtmlReport.Recorder recorder = HtmlReport.Recorder.start(guard);
        // Loads what a page needs, and keeps what writing one needs, for when no descriptor is left.
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
