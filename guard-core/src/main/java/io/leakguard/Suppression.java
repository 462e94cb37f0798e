package io.leakguard;

import io.leakguard.internal.SuppressionFile;
import io.leakguard.internal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A leak that is known and accepted, with the reason why. A leak that matches is counted, not reported.
 *
 * <p>In a pattern {@code *} stands for any characters. The frame pattern is matched against each frame of the creation
 * stack, written {@code com.acme.OrderRepository.findOpen}; a leak without a stack is matched only by the pattern
 * {@code *}. In a file each line is one suppression, and {@code #} starts a comment line:
 *
 * <pre>
 * # kind         frame                                because reason
 * file.input     com.acme.Config.watch                because lives as long as the process (ACME-12)
 * *              org.legacy.*                         because vendor code, replaced in 3.0
 * </pre>
 *
 * @param kind the pattern of the kind's name
 * @param frame the pattern of a frame, {@code package.Class.method}
 * @param reason why it is accepted; not blank
 */
public record Suppression(String kind, String frame, String reason) {

    /**
     * A suppression and how often it was used.
     *
     * @param suppression the suppression
     * @param hits how many leaks it matched
     */
    public record Use(Suppression suppression, long hits) {}

    /** Matching takes text × pattern at the worst. */
    private static final int MAX_PATTERN = 1_000;

    /** Checks the patterns and the reason. */
    public Suppression {
        check(kind, "kind", "a kind's name like file.input, or *");
        check(frame, "frame", "a pattern like com.acme.OrderRepository.*, or *");
        if (reason.isBlank()) {
            throw new IllegalArgumentException("suppression of kind '" + Text.safe(kind, 100) + "' at '"
                    + Text.safe(frame, 200) + "' has no reason: say why this leak is accepted");
        }
    }

    /**
     * Returns a suppression.
     *
     * @param kind the pattern of the kind's name
     * @param frame the pattern of a frame, {@code package.Class.method}
     * @param reason why it is accepted
     * @return the suppression
     * @throws IllegalArgumentException if a pattern is empty, has white space or more than 1,000 characters, or the reason is
     *     blank
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

    private static void check(String pattern, String what, String fix) {
        Objects.requireNonNull(pattern, what);
        if (pattern.isEmpty() || pattern.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException(
                    "suppression with the " + what + " pattern '" + Text.safe(pattern, 200) + "': give " + fix);
        }
        if (pattern.length() > MAX_PATTERN) {
            throw new IllegalArgumentException("suppression with a " + what + " pattern of " + pattern.length()
                    + " characters, '" + Text.safe(pattern, 200) + "': shorten it to " + MAX_PATTERN
                    + ", with * for any characters");
        }
    }
}
