package io.leakguard;

import io.opentelemetry.api.trace.SpanContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One leak, or all leaks on one path since the last report of it, explained: the report alone is enough to fix the bug.
 * Of several leaks it shows the one with the most details.
 *
 * <p>Immutable and thread-safe. It references nothing of the application but strings. The guard makes it and passes it
 * to each {@link LeakListener}. {@link #toText()} is the text in the log.
 */
public interface LeakReport {

    /**
     * Returns the reason for the report.
     *
     * @return the cause, which carries the confidence
     */
    LeakCause cause();

    /**
     * Returns the kind of the leaked resource.
     *
     * @return the kind
     */
    ResourceKind kind();

    /**
     * Returns the description that the resource had when it was opened.
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
     * Returns the site in one line, {@code OrderRepository.findOpen(OrderRepository.java:42)}, or the reason why it is
     * unknown.
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
     * Returns the part that distinguishes the path from the others of its site, to be shown after {@link #siteText()}:
     * {@code via OrderJob.run(OrderJob.java:55)}.
     *
     * @return a line of text; empty if the site has no caller in the application and no other path
     */
    String pathText();

    /**
     * Returns the number of leaks on this path with this cause so far, this one included.
     *
     * @return 1 or more
     */
    long occurrences();

    /**
     * Returns the number of leaks from this site with this cause so far, on all its paths.
     *
     * @return as many as {@link #occurrences()}, or more
     */
    long siteOccurrences();

    /**
     * Returns the number of leaks since the last report of this path, this one included.
     *
     * @return 1 or more
     */
    long sinceLastReport();

    /**
     * Returns the name of the thread that opened it, at that time.
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
     * Returns the stack of the opening thread when the report was made, if it was still alive and a platform thread.
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
     * Returns the time for which it was open, on the monotonic clock; as exact as {@link LeakTracker#age()}.
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
     * Returns the attributes of its scopes and those of context providers.
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
     * Returns the number of touches.
     *
     * @return the number of touches, including those that were not kept
     */
    long touchCount();

    /**
     * Returns the resources that were still open under it and leaked with it.
     *
     * @return the children; at most 100 are listed
     */
    List<Child> children();

    /**
     * Returns the fate of the resource behind the handle.
     *
     * @return the outcome in words, such as {@code after GC: the JDK closes it} or {@code reclaimed: closed by the guard}
     */
    String outcome();

    /**
     * Returns details that only this cause has, in words: a limit that was passed, a rate of growth.
     *
     * @return a line of text, empty if there is nothing to add
     */
    String detail();

    /**
     * Returns who held the resource while it was open: of the paths of references that lead to it the shortest, cut to the
     * steps that a person needs. It is known only of resources that are still reachable, of causes
     * {@link LeakCause#ESCAPED_SCOPE}, {@link LeakCause#OVERDUE} and {@link LeakCause#GROWING}, and only if
     * {@code leakguard.held.by} is set and the last heap dump told it.
     *
     * @return a line such as {@code static Daemon.REGISTRY → ["t0"] → GuardedSocket}; empty if unknown
     */
    default String heldBy() {
        return "";
    }

    /**
     * Returns the whole report as in the log: a first line that is complete by itself, then the details.
     *
     * @return several lines of text without a trailing line break; control characters are shown as escapes
     */
    String toText();

    /**
     * A recorded use of the resource.
     *
     * @param hint the hint of the use, empty if none
     * @param threadName the thread that used it
     * @param at the time, on the wall clock
     * @param stack the stack of the use; empty if none was captured
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
     * @param siteText the line that opened it, or the reason why that is unknown
     */
    record Child(ResourceKind kind, String description, String siteText) {
        // By hand: the methods of a record keep the class loader of its components softly reachable from the JDK.
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
