package io.leakguard.telemetry;

import io.leakguard.HoldDurations;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener.Registration;
import io.leakguard.LeakReport;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.Recording;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import jdk.jfr.Timestamp;
import org.jspecify.annotations.Nullable;

/** All code that needs {@code jdk.jfr}. It is loaded only if this module is there. */
final class JfrEvents {

    private JfrEvents() {}

    static boolean isAvailable() {
        return FlightRecorder.isAvailable();
    }

    @Name("io.leakguard.ResourceLeak")
    @Label("Resource Leak")
    @Description("A resource that was opened and not closed; one event for each report")
    @Category({"LeakGuard"})
    @StackTrace(false)
    @SuppressWarnings({"unused", "NullAway.Init"}) // read by the recorder
    static final class ResourceLeak extends Event {
        @Label("Guard")
        String guard;

        @Label("Kind")
        String kind;

        @Label("Cause")
        String cause;

        @Label("Confidence")
        String confidence;

        @Label("Site")
        @Description("The line that opened it, or the reason why that is unknown")
        String site;

        @Label("Path")
        @Description("The application's frames that called the site: they distinguish two bugs behind one line")
        String path;

        @Label("Resource")
        String description;

        @Label("Occurrences")
        @Description("The number of leaks on this path so far")
        long occurrences;

        @Label("Since Last Report")
        long sinceLastReport;

        @Label("Opened At")
        @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
        long openedAt;

        @Label("Open For")
        @Timespan(Timespan.NANOSECONDS)
        long openFor;

        @Label("Scope")
        String scope;

        @Label("Opening Thread")
        String threadName;

        @Label("Trace Id")
        String traceId;

        @Label("Span Id")
        String spanId;

        @Label("Creation Stack")
        String stack;
    }

    @Name("io.leakguard.ResourceHold")
    @Label("Resource Hold")
    @Description("The hold times of the resources of a kind that were closed since the event before")
    @Category({"LeakGuard"})
    @StackTrace(false)
    @Enabled(true)
    @Period("everyChunk")
    @SuppressWarnings({"unused", "NullAway.Init"}) // read by the recorder
    static final class ResourceHold extends Event {
        @Label("Guard")
        String guard;

        @Label("Kind")
        String kind;

        @Label("Closed")
        long count;

        @Label("Median")
        @Timespan(Timespan.NANOSECONDS)
        long median;

        @Label("99th Percentile")
        @Timespan(Timespan.NANOSECONDS)
        long p99;

        @Label("Longest")
        @Timespan(Timespan.NANOSECONDS)
        long longest;
    }

    static Registration install(LeakGuard guard) {
        FlightRecorder.register(ResourceLeak.class);
        FlightRecorder.register(ResourceHold.class);
        Registration leaks = guard.addListener(report -> leak(guard.name(), report));
        Holds holds = new Holds(guard);
        Runnable hook = holds::emit;
        FlightRecorder.addPeriodicEvent(ResourceHold.class, hook);
        FlightRecorder.addListener(holds);
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            if (closed.compareAndSet(false, true)) {
                leaks.close();
                FlightRecorder.removeListener(holds);
                FlightRecorder.removePeriodicEvent(hook);
                holds.stop();
            }
        };
    }

    private static void leak(String guard, LeakReport report) {
        ResourceLeak event = new ResourceLeak();
        if (!event.shouldCommit()) {
            return;
        }
        event.guard = guard;
        event.kind = report.kind().name();
        event.cause = report.cause().name();
        event.confidence = report.cause().confidence().name();
        event.site = report.siteText();
        event.path = report.path().toString();
        event.description = report.description();
        event.occurrences = report.occurrences();
        event.sinceLastReport = report.sinceLastReport();
        event.openedAt = report.openedAt().toEpochMilli();
        event.openFor = report.openFor().toNanos();
        event.scope = String.join(" > ", report.scopes());
        event.threadName = report.threadName();
        event.traceId = report.traceId();
        event.spanId = report.spanId();
        event.stack = StackText.of(report.stack());
        event.commit();
    }

    /** Reads hold durations while a recording wants them: from the beginning of its first chunk to its stop. */
    private static final class Holds implements FlightRecorderListener {

        private final LeakGuard guard;
        private @Nullable HoldDurations reader;

        Holds(LeakGuard guard) {
            this.guard = guard;
        }

        synchronized void emit() {
            HoldDurations current = reader;
            if (current == null) {
                reader = guard.holdDurations();
                return;
            }
            for (HoldDurations.Held held : current.drain()) {
                ResourceHold event = new ResourceHold();
                event.guard = guard.name();
                event.kind = held.kind().name();
                event.count = held.count();
                event.median = held.quantile(0.5).toNanos();
                event.p99 = held.quantile(0.99).toNanos();
                event.longest = held.quantile(1).toNanos();
                event.commit();
            }
        }

        @Override
        public void recordingStateChanged(Recording recording) {
            if (!EventType.getEventType(ResourceHold.class).isEnabled()) {
                stop();
            }
        }

        synchronized void stop() {
            HoldDurations current = reader;
            if (current != null) {
                reader = null;
                current.close();
            }
        }
    }
}
