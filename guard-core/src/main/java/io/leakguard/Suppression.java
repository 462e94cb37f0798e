package io.leakguard;

import io.leakguard.internal.base.Text;
import io.leakguard.internal.config.SuppressionFile;
import io.leakguard.internal.detect.PathPattern;
import io.leakguard.internal.stack.PathRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A known and accepted leak, with the reason. A leak that matches is counted, not reported.
 *
 * <p>In a pattern {@code *} stands for any characters. A frame pattern of one frame is matched against each frame of the
 * creation stack, written {@code com.acme.OrderRepository.findOpen}; a leak without a stack is matched only by the pattern
 * {@code *}.
 *
 * <p>A frame pattern with {@code <} in it names a {@linkplain LeakPath path}: the application frames of the creation
 * stack, each followed by its caller. {@code com.acme.Db.connection<com.acme.OrderJob.run} accepts leaks that
 * {@code OrderJob.run} opens through {@code Db.connection}, and no leak of other callers.
 *
 * <ul>
 *   <li>{@code **} in place of a frame stands for any number of frames: {@code com.acme.Db.connection<**<com.acme.OrderJob.run}.
 *   <li>A {@code <} at the beginning means that the innermost frame of the path comes first, one at the end that the
 *       outermost frame comes last. With both, as {@link LeakPath#pattern()} writes it, the pattern accepts one path
 *       only.
 *   <li>A line narrows a frame: {@code com.acme.OrderJob.run:55}.
 *   <li>{@code held:} and {@code used:} name the parts of a path that are not frames,
 *       {@code held:app(com.acme.OrderHandler)}.
 * </ul>
 *
 * <p>In a file each line is one suppression, and {@code #} starts a comment line:
 *
 * <pre>
 * # kind         frame                                because reason
 * file.input     com.acme.Config.watch                because lives as long as the process (ACME-12)
 * *              org.legacy.*                         because vendor code, replaced in 3.0
 * jdbc.*         com.acme.Db.connection&lt;com.acme.OrderJob.run  because the nightly job is being rewritten
 * </pre>
 *
 * @param kind the pattern of the kind's name
 * @param frame the pattern of a frame, {@code package.Class.method}, or of a path, {@code package.Class.method<its caller}
 * @param reason the reason for accepting it; not blank
 */
public record Suppression(String kind, String frame, String reason) {

    /**
     * A suppression and the number of its uses.
     *
     * @param suppression the suppression
     * @param hits the number of leaks that it matched
     */
    public record Use(Suppression suppression, long hits) {}

    /** Matching takes text × pattern at the worst. */
    private static final int MAX_PATTERN = 1_000;

    /** Checks the patterns and the reason. */
    public Suppression {
        check(kind, "kind", "a kind's name like file.input, or *", MAX_PATTERN);
        Objects.requireNonNull(frame, "frame");
        check(
                frame,
                "frame",
                "a pattern like com.acme.OrderRepository.*, or *",
                frame.indexOf('<') < 0 ? MAX_PATTERN : PathRules.MAX_PATTERN);
        String fault = PathPattern.fault(frame);
        if (fault != null) {
            throw new IllegalArgumentException(
                    "suppression with the frame pattern '" + Text.safe(frame, 200) + "': " + fault);
        }
        if (reason.isBlank()) {
            throw new IllegalArgumentException("suppression of kind '" + Text.safe(kind, 100) + "' at '"
                    + Text.safe(frame, 200) + "' has no reason: say why this leak is accepted");
        }
    }

    /**
     * Returns a suppression.
     *
     * @param kind the pattern of the kind's name
     * @param frame the pattern of a frame, {@code package.Class.method}, or of a path, {@code package.Class.method<its caller}
     * @param reason the reason for accepting it
     * @return the suppression
     * @throws IllegalArgumentException if a pattern is empty or malformed, has white space or more than 1,000 characters
     *     (100,000 for a path), or the reason is blank
     */
    public static Suppression of(String kind, String frame, String reason) {
        return new Suppression(kind, frame, reason);
    }

    /**
     * Reads a file of suppressions, in UTF-8.
     *
     * @param file the file
     * @return its suppressions, in its order
     * @throws IOException if it can't be read
     * @throws IllegalArgumentException if a line is malformed; the message names file, line and fix
     */
    public static List<Suppression> read(Path file) throws IOException {
        return SuppressionFile.read(file);
    }

    /**
     * Tells whether this suppression accepts a leak.
     *
     * @param report the leak
     * @return true if the kind and a frame or the path match
     */
    public boolean matches(LeakReport report) {
        return PathPattern.matches(this, report);
    }

    private static void check(String pattern, String what, String fix, int longest) {
        Objects.requireNonNull(pattern, what);
        if (pattern.isEmpty() || pattern.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException(
                    "suppression with the " + what + " pattern '" + Text.safe(pattern, 200) + "': give " + fix);
        }
        if (pattern.length() > longest) {
            throw new IllegalArgumentException("suppression with a " + what + " pattern of " + pattern.length()
                    + " characters, '" + Text.safe(pattern, 200) + "': shorten it to " + longest
                    + ", with * for any characters");
        }
    }
}
