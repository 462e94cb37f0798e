package io.leakguard;

import io.leakguard.internal.base.Text;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number of creation stacks that are captured. The guard tracks every resource, and captures at most this many
 * stacks.
 *
 * <p>A capture costs 1 to 5 microseconds by depth, and some 11 in a server whose caches are cold, so
 * {@code perSecond(2_000)} is at most about two percent of one core. While more than 50,000 resources a second are
 * opened, a kind gets at most an eighth of the rate after one second's worth is used up. A kind always gets a small
 * share of its own ({@value #RESERVED_PER_KIND} a second), so that a busy kind can't starve a rare one. After a leak
 * was reported without a stack, its kind is captured in full for a while.
 *
 * @param stacksPerSecond the rate, shared by all kinds: {@link Integer#MAX_VALUE} is without limit, 0 is none
 */
public record CaptureBudget(int stacksPerSecond) {

    /** The number of stacks a second that every kind may capture even if the shared rate is used up. */
    public static final int RESERVED_PER_KIND = 50;

    private static final Pattern RATE = Pattern.compile("(\\d{1,10})\\s*/\\s*s");

    /** Checks the rate. */
    public CaptureBudget {
        if (stacksPerSecond < 0) {
            throw new IllegalArgumentException("capture budget of " + stacksPerSecond
                    + " stacks a second: use 0 for none, a positive rate, or CaptureBudget.unlimited()");
        }
    }

    /**
     * Every resource's stack is captured: for tests, and for daemons that open up to some thousand resources a second.
     *
     * @return a budget without limit
     */
    public static CaptureBudget unlimited() {
        return new CaptureBudget(Integer.MAX_VALUE);
    }

    /**
     * No stack is captured until a leak is found; then that kind is captured in full for a while.
     *
     * @return a budget of zero
     */
    public static CaptureBudget none() {
        return new CaptureBudget(0);
    }

    /**
     * At most this many stacks a second are captured, with bursts of up to one second's worth.
     *
     * @param stacks a second, 0 or more
     * @return a budget of that rate
     * @throws IllegalArgumentException if it is negative
     */
    public static CaptureBudget perSecond(int stacks) {
        return new CaptureBudget(stacks);
    }

    /**
     * Returns the budget of a text, in the form of the setting {@code leakguard.capture} and of {@link #toString()}.
     *
     * @param text {@code unlimited}, {@code none}, or a rate like {@code 2000/s}
     * @return the budget
     * @throws IllegalArgumentException if the text is anything else
     */
    public static CaptureBudget parse(String text) {
        String stripped = text.strip();
        if (stripped.equals("unlimited")) {
            return unlimited();
        }
        if (stripped.equals("none")) {
            return none();
        }
        Matcher rate = RATE.matcher(stripped);
        if (rate.matches() && Long.parseLong(rate.group(1)) < Integer.MAX_VALUE) {
            return perSecond(Integer.parseInt(rate.group(1)));
        }
        throw new IllegalArgumentException(
                "'" + Text.safe(text, 200) + "' is not a capture budget: give unlimited, none or a rate like 2000/s");
    }

    /**
     * Tells whether every stack is captured.
     *
     * @return true if there is no limit
     */
    public boolean isUnlimited() {
        return stacksPerSecond == Integer.MAX_VALUE;
    }

    @Override
    public String toString() {
        return isUnlimited() ? "unlimited" : stacksPerSecond == 0 ? "none" : stacksPerSecond + "/s";
    }
}
