package io.leakguard.internal.base;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Distinguishes a series that keeps growing from one that is flat, warming up, stepping or following the load.
 *
 * <p>The plain Mann–Kendall test alarms on nearly every flat series whose neighbours resemble each other, as those of a
 * daemon do. So a series must pass more conditions, at one of three paces:
 *
 * <table>
 * <caption>The paces, in samples</caption>
 * <tr><th></th><th>block</th><th>window</th><th>consecutive windows</th><th>earliest alarm</th><th>least growth in a
 * window</th></tr>
 * <tr><td>fast</td><td>6</td><td>120</td><td>3, the first half window is skipped</td><td>300</td><td>2.5 % of the capacity</td></tr>
 * <tr><td>steady</td><td>30</td><td>600</td><td>3</td><td>1,200</td><td>5 %</td></tr>
 * <tr><td>slow</td><td>360</td><td>3,600</td><td>1, the first block is skipped</td><td>3,960</td><td>7.5 %</td></tr>
 * </table>
 *
 * <p>Of each block only the smallest sample counts: it is the level after the work is done. The slow pace's block is a
 * day and more, so that it sees the level after each night. The minima must rise ({@code z > 2.33}) and grow by Sen's
 * slope at least as much as the table says. The window's second half must rise at least half as fast as the whole. This
 * must hold in as many consecutive, half overlapping windows as the table says. Over these windows together the first
 * half must rise at least half as fast as the whole, and the second {@value #STEADY_SECOND_HALF} times as fast. This
 * rejects warm-ups and steps. A level that was reached before, and left again, is no growth. This rejects swings with
 * the load.
 *
 * <p>The fast pace can't distinguish a slow warm-up from a leak. So it alarms only when little time is left: when at
 * this rate the capacity is used up within three more windows. The other two paces find a slower leak, with more
 * certainty. {@code TrendRatesTest} has the rates.
 *
 * <p>Keeps some hundred numbers; {@link #add} takes nanoseconds, and some 10 µs each {@value #STEP} samples. Not
 * thread-safe. An instance is for one series.
 */
public final class TrendDetector {

    /** Samples in the fast pace's window. */
    public static final int WINDOW = 120;

    private static final int STEP = WINDOW / 2;

    /** Samples until the first alarm is possible, if little time is left. */
    public static final int EARLIEST = WINDOW + STEP * 3;
    /** Samples until the first alarm of the steady pace. */
    public static final int EARLIEST_STEADY = 1_200;
    /** Samples until the first alarm of the slow pace. */
    public static final int EARLIEST_SLOW = 3_960;
    /** The capacity of a series without a known limit: the series' own level then decides what is growth. */
    public static final double UNKNOWN_CAPACITY = Double.NaN;

    private static final int URGENT_SAMPLES = 3 * WINDOW;
    /** The number of samples for which a level is certainly remembered. */
    private static final int REMEMBERED = 2_880;

    private static final double Z = 2.33;
    private static final double SECOND_HALF = 0.5;
    private static final double STEADY_FIRST_HALF = 0.5;
    private static final double STEADY_SECOND_HALF = 0.85;
    private static final double ABOVE_BEFORE = 0.25;

    /** 10 % of the series' own level stand for 2.5 % of a known capacity. */
    private static final double LEVEL_TO_CAPACITY = 4;

    private final Pace fast = new Pace(6, 20, 3, 10, 0.025, true);
    private final Pace steady = new Pace(30, 20, 3, 0, 0.05, false);
    private final Pace slow = new Pace(360, 10, 1, 1, 0.075, false);
    private final Pace[] paces = {slow, steady, fast};
    private Result result = Result.NONE;

    /**
     * The facts known about a series.
     *
     * @param alarm whether it keeps growing
     * @param slopePerSecond Sen's slope of the last window of the pace that alarms, of the fast pace without an alarm, in
     *     the series' unit a second; {@code NaN} before the first window
     * @param level the value at the end of Sen's line; {@code NaN} before the first window
     * @param capacity the capacity that was given, {@code NaN} if unknown
     */
    public record Result(boolean alarm, double slopePerSecond, double level, double capacity) {

        /** Nothing known yet. */
        public static final Result NONE = new Result(false, Double.NaN, Double.NaN, Double.NaN);

        /**
         * Returns the time until the capacity is reached at this growth.
         *
         * @return nanoseconds from the end of the last window; empty if it doesn't grow or the capacity is unknown
         */
        public OptionalLong forecastNanos() {
            double seconds = (capacity - level) / slopePerSecond;
            if (!(slopePerSecond > 0) || Double.isNaN(seconds)) {
                return OptionalLong.empty();
            }
            // A cast of a double saturates.
            return OptionalLong.of((long) (Math.max(0, seconds) * TimeUnit.SECONDS.toNanos(1)));
        }
    }

    /**
     * Adds a sample.
     *
     * @param nanos the time of the sample, on a monotonic clock; not before the last one
     * @param value the value; one that is not a finite number is left out
     * @param capacity the value at which all is used up, in the same unit; {@link #UNKNOWN_CAPACITY} or any value that
     *     is not a positive finite number if there is no such limit: growth then means four times that share of the
     *     window's highest level
     * @return the present result; it changes once each {@value #STEP} samples
     */
    public Result add(long nanos, double value, double capacity) {
        if (!Double.isFinite(value)) {
            return result;
        }
        double known = capacity > 0 && Double.isFinite(capacity) ? capacity : UNKNOWN_CAPACITY;
        boolean evaluated = false;
        for (Pace pace : paces) {
            evaluated |= pace.add(nanos, value, known);
        }
        if (evaluated) {
            Pace telling = fast;
            for (Pace pace : paces) {
                telling = pace.alarm ? pace : telling;
            }
            if (!Double.isNaN(telling.slope)) {
                result = new Result(telling.alarm, telling.slope, telling.level, known);
            }
        }
        return result;
    }

    /**
     * Returns the present result.
     *
     * @return the result of the last complete windows
     */
    public Result result() {
        return result;
    }

    /** The test at one pace. */
    private static final class Pace {
        final int block;
        final int window;
        final int consecutive;
        final double minGrowth;
        final boolean onlyUrgent;
        final int remembered;

        private final double[] minima;
        private final long[] times;
        private int skip;
        private int blocks;
        private int sinceEvaluated;
        private int inBlock;
        private double blockMin;
        private long blockMinTime;
        private int agreeing;

        // The highest minima older than those kept: of this stretch of time and of the one before it.
        private double highest = Double.NEGATIVE_INFINITY;
        private double highestBefore = Double.NEGATIVE_INFINITY;
        private int inStretch;

        boolean alarm;
        double slope = Double.NaN;
        double level = Double.NaN;

        /**
         * @param block the number of samples of which only the smallest counts
         * @param window the number of blocks of a window
         * @param consecutive the number of windows that must agree
         * @param skip the number of blocks at the start that don't count
         * @param minGrowth the least growth in a window, as a share of the capacity
         * @param onlyUrgent whether it alarms only if little time is left
         */
        Pace(int block, int window, int consecutive, int skip, double minGrowth, boolean onlyUrgent) {
            this.block = block;
            this.window = window;
            this.consecutive = consecutive;
            this.skip = skip;
            this.minGrowth = minGrowth;
            this.onlyUrgent = onlyUrgent;
            this.remembered = REMEMBERED / block;
            this.minima = new double[window + window / 2 * (consecutive - 1)];
            this.times = new long[minima.length];
        }

        /** Returns whether a window was completed. */
        boolean add(long nanos, double value, double capacity) {
            if (inBlock == 0 || value < blockMin) {
                blockMin = value;
                blockMinTime = nanos;
            }
            if (++inBlock < block) {
                return false;
            }
            inBlock = 0;
            if (skip > 0) {
                skip--;
                remember(blockMin);
                return false;
            }
            if (blocks == minima.length) {
                remember(minima[0]);
                System.arraycopy(minima, 1, minima, 0, blocks - 1);
                System.arraycopy(times, 1, times, 0, blocks - 1);
                blocks--;
            }
            minima[blocks] = blockMin;
            times[blocks] = blockMinTime;
            blocks++;
            if (++sinceEvaluated < window / 2 || blocks < window) {
                return false;
            }
            sinceEvaluated = 0;
            evaluate(capacity);
            return true;
        }

        private void remember(double minimum) {
            highest = Math.max(highest, minimum);
            if (++inStretch >= remembered) {
                inStretch = 0;
                highestBefore = highest;
                highest = Double.NEGATIVE_INFINITY;
            }
        }

        private void evaluate(double capacity) {
            double[] seconds = new double[blocks];
            for (int i = 0; i < blocks; i++) {
                seconds[i] = (times[i] - times[0]) / 1e9;
            }
            int from = blocks - window;
            slope = Slopes.theilSen(seconds, minima, from, blocks);
            level = Slopes.level(seconds, minima, from, blocks, slope);
            double secondHalf = Slopes.theilSen(seconds, minima, blocks - window / 2, blocks);
            // The distance from one block's minimum to the last one's is a block less than the window.
            double growth = slope * (seconds[blocks - 1] - seconds[from]) * window / (window - 1);
            double needed = Double.isNaN(capacity)
                    ? LEVEL_TO_CAPACITY
                            * minGrowth
                            * Arrays.stream(minima, from, blocks).max().orElseThrow()
                    : minGrowth * capacity;
            boolean grows = growth > 0
                    && growth >= needed
                    && secondHalf >= slope * SECOND_HALF
                    && Slopes.mannKendall(minima, from, blocks) > Z;
            agreeing = grows ? agreeing + 1 : 0;
            alarm = agreeing >= consecutive && isGrowth(seconds, capacity);
        }

        /** Over all windows that agree. */
        private boolean isGrowth(double[] seconds, double capacity) {
            double whole = Slopes.theilSen(seconds, minima, 0, blocks);
            double first = Slopes.theilSen(seconds, minima, 0, blocks / 2);
            double second = Slopes.theilSen(seconds, minima, blocks / 2, blocks);
            if (first < whole * STEADY_FIRST_HALF || second < whole * STEADY_SECOND_HALF) {
                return false;
            }
            double span = seconds[blocks - 1];
            if (onlyUrgent) {
                double urgentSeconds = span / ((blocks - 1) * block) * URGENT_SAMPLES;
                if (!((capacity - level) / Math.min(whole, second) <= urgentSeconds)) {
                    return false; // also if the capacity is unknown
                }
            }
            double start = level - whole * span;
            return Math.max(highest, highestBefore) <= start + ABOVE_BEFORE * (level - start);
        }
    }
}
