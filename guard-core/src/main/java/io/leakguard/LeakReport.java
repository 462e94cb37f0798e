package io.leakguard;

import io.opentelemetry.api.trace.SpanContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One leak, or the leaks on one path since the last report of it, explained: enough to fix the bug from it alone. Of several
 * it shows the one of which most is known.
 *
 * <p>Immutable and thread-safe; it references nothing of the application but strings. Made by the guard, given to each
 * {@link LeakListener}. {@link #toText()} is what the log shows.
 */
public interface LeakReport {

    /**
     * Returns why it was made.
     *
     * @return the cause, which carries the confidence
     */
    LeakCause cause();

    /**
     * Returns the kind of what leaked.
     *
     * @return the kind
     */
    ResourceKind kind();

    /**
     * Returns what the resource was described as when it was opened.
     *
     * @return the description, at most 1,024 characters, control characters shown as escapes; empty if none was given
     */
    String description();

    /**
     * Returns the frame that is blamed: the first one of the application.
     *
     * @return the frame; empty if no stack was captured
     */
    Optional<StackTraceElement> site();

    /**
     * Returns the site in one line, {@code OrderRepository.findOpen(OrderRepository.java:42)}, or why it is unknown.
     *
     * @return a line of text
     */
    String siteText();

    /**
     * Returns the creation stack without the guard's own frames.
     *
     * @return the frames, innermost first; empty if no stack was captured, and {@link #siteText()} then says why
     */
    List<StackTraceElement> stack();

    /**
     * Returns the path on which it was opened: the identity of the bug.
     *
     * @return the path
     */
    LeakPath path();

    /**
     * Returns what tells the path from the others of its site, to be shown after {@link #siteText()}: {@code via
     * OrderJob.run(OrderJob.java:55)}.
     *
     * @return a line of text; empty if the site has no caller in the application and no other path
     */
    String pathText();

    /**
     * Returns how many leaked on this path with this cause so far, this one included.
     *
     * @return 1 or more
     */
    long occurrences();

    /**
     * Returns how many leaked from this site with this cause so far, on all its paths.
     *
     * @return as many as {@link #occurrences()}, or more
     */
    long siteOccurrences();

    /**
     * Returns how many came since the last report of this path, this one included.
     *
     * @return 1 or more
     */
    long sinceLastReport();

    /**
     * Returns the name of the thread that opened it, as it was then.
     *
     * @return the name; an unnamed virtual thread is {@code virtual-<id>}
     */
    String threadName();

    /**
     * Returns the id of the thread that opened it.
     *
     * @return the thread's id
     */
    long threadId();

    /**
     * Returns what the opening thread was doing when the report was made, if it was still alive and a platform thread.
     *
     * @return the frames, innermost first; empty if unknown, and always for causes other than {@link LeakCause#OVERDUE}
     */
    List<StackTraceElement> threadStackNow();

    /**
     * Returns when it was opened.
     *
     * @return the wall-clock time
     */
    Instant openedAt();

    /**
     * Returns when the guard found the leak.
     *
     * @return the wall-clock time
     */
    Instant detectedAt();

    /**
     * Returns how long it was open, on the monotonic clock; as exact as {@link LeakTracker#age()}.
     *
     * @return the time from opening to detection
     */
    Duration openFor();

    /**
     * Returns the names of the scopes that it was opened in.
     *
     * @return outermost first, such as {@code [event-8841, fetch]}; empty outside of any scope
     */
    List<String> scopes();

    /**
     * Returns the attributes of its scopes and what context providers captured.
     *
     * @return the attributes; an inner scope's value wins
     */
    Map<String, String> attributes();

    /**
     * Returns the id of the trace that it was opened in, as OpenTelemetry writes it.
     *
     * @return 32 hexadecimal digits; empty if there was no span, or the application has no OpenTelemetry
     */
    String traceId();

    /**
     * Returns the id of the span that was current when it was opened.
     *
     * @return 16 hexadecimal digits; empty as {@link #traceId()} is
     */
    String spanId();

    /**
     * Returns the span that was current when it was opened. Needs {@code opentelemetry-api}, which LeakGuard doesn't
     * bring: {@link #traceId()} and {@link #spanId()} need nothing.
     *
     * @return the span's context; {@link SpanContext#getInvalid()} if there was none
     */
    SpanContext spanContext();

    /**
     * Returns the touches that were kept: the first and the last ones.
     *
     * @return the touches, oldest first
     */
    List<Touch> touches();

    /**
     * Returns how often it was touched.
     *
     * @return the number of touches, also those that were not kept
     */
    long touchCount();

    /**
     * Returns what was still open under it and leaked with it.
     *
     * @return the children; at most 100 are listed
     */
    List<Child> children();

    /**
     * Returns what became of the resource behind the handle.
     *
     * @return the outcome in words, such as {@code after GC: the JDK closes it} or {@code reclaimed: closed by the guard}
     */
    String outcome();

    /**
     * Returns what is particular to this cause, in words: a limit that was passed, a rate of growth.
     *
     * @return a line of text, empty if there is nothing to add
     */
    String detail();

    /**
     * Returns the whole report as the log shows it: a first line that reads well alone, then the details.
     *
     * @return several lines of text without a trailing line break; control characters are shown as escapes
     */
    String toText();

    /**
     * A use of the resource that was recorded.
     *
     * @param hint what was said of it, empty if nothing
     * @param threadName the thread that used it
     * @param at when, on the wall clock
     * @param stack where; empty if no stack was captured
     */
    record Touch(String hint, String threadName, Instant at, List<StackTraceElement> stack) {
        /** Copies the stack. */
        public Touch {
            stack = List.copyOf(stack);
        }
    }

    /**
     * A resource that was open under another one and leaked with it.
     *
     * @param kind its kind
     * @param description its description, empty if none was given
     * @param siteText the line that opened it, or why that is unknown
     */
    record Child(ResourceKind kind, String description, String siteText) {
        // By hand: a record's own keep the class loader of its components softly reachable from the JDK.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Child c
                    && kind == c.kind
                    && description.equals(c.description)
                    && siteText.equals(c.siteText);
        }

        @Override
        public int hashCode() {
            return (31 * kind.hashCode() + description.hashCode()) * 31 + siteText.hashCode();
        }
    }
}
