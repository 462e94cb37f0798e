package io.leakguard;

import io.leakguard.internal.stack.PathRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a bug: the application frames of a creation stack, which distinguish two callers of one helper. Two
 * leaks with different paths are two reports, with counts of their own.
 *
 * <p>Each frame is there once: a frame that recursion repeats adds nothing. The numbers of generated classes are left
 * out ({@code $$Lambda}, {@code $Proxy}, {@code $$SpringCGLIB}), since another run has others. A path has at most 256
 * frames. A longer one keeps the innermost 255 and the outermost.
 *
 * <p>If no frame of the stack is the application's, as for a buffer that Netty allocates to read a socket, the path has
 * the frames of libraries. If an adapter knows
 * {@linkplain io.leakguard.adapter.ResourceProbe#lastHolder who had the resource last}, the path also names this holder
 * and the line that first used the resource.
 *
 * <p>Immutable and thread-safe; it references strings only.
 */
public final class LeakPath {

    /** The path of a leak without any details: no creation stack was captured, and nobody used the resource. */
    public static final LeakPath UNKNOWN = new LeakPath(List.of(), "", "");

    private final List<StackTraceElement> frames;
    private final String lastHolder;
    private final String firstUse;
    private final int hash;

    private LeakPath(List<StackTraceElement> frames, String lastHolder, String firstUse) {
        this.frames = frames;
        this.lastHolder = lastHolder;
        this.firstUse = firstUse;
        this.hash = (31 * frames.hashCode() + lastHolder.hashCode()) * 31 + firstUse.hashCode();
    }

    /**
     * Returns the path of some frames.
     *
     * @param frames the frames that distinguish the caller, innermost first
     * @param lastHolder the last holder of the resource; empty if unknown
     * @param firstUse the line that first used the resource, or the hint of that use; empty if unknown
     * @return the path
     */
    public static LeakPath of(List<StackTraceElement> frames, String lastHolder, String firstUse) {
        return new LeakPath(PathRules.distinct(frames), lastHolder, firstUse);
    }

    /**
     * Returns the frames, innermost first.
     *
     * @return the frames; empty if no creation stack was captured
     */
    public List<StackTraceElement> frames() {
        return frames;
    }

    /**
     * Returns the last holder of the resource, as an adapter named it: for Netty's buffers a handler's name and class.
     *
     * @return the holder; empty if unknown
     */
    public String lastHolder() {
        return lastHolder;
    }

    /**
     * Returns the first line of the application that used the resource, or the hint of its first touch.
     *
     * @return the line; empty if unknown, or if frames of the application opened the resource
     */
    public String firstUse() {
        return firstUse;
    }

    /**
     * Returns the path as the frame pattern of a {@link Suppression} that accepts this path and no other one, such as
     * {@code <com.acme.Db.connection<com.acme.OrderJob.run<}. It has no line numbers, which change with each edit. Two
     * paths that differ only in lines have the same pattern.
     *
     * @return the pattern; empty if the path has no details
     */
    public String pattern() {
        return PathRules.pattern(this);
    }

    /** Tells whether another path has the same frames, lines included, the same last holder and the same first use. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other == this
                || (other instanceof LeakPath p
                        && hash == p.hash
                        && frames.equals(p.frames)
                        && lastHolder.equals(p.lastHolder)
                        && firstUse.equals(p.firstUse));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /**
     * Returns the path in one line with line numbers, innermost first: {@code Db.connection(Db.java:10) <
     * OrderJob.run(OrderJob.java:55)}.
     *
     * @return a line of text; a long one has its middle left out, with a number that distinguishes it from others
     */
    @Override
    public String toString() {
        return PathRules.line(this);
    }
}
