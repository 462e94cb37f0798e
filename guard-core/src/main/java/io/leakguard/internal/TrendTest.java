package io.leakguard.internal;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Tells a series that keeps growing from one that is flat, warming up, stepping once or following the load.
 *
 * <p>The plain Mann–Kendall test alarms on nearly every flat series whose neighbours resemble each other, as those of a
 * daemon do. So there is more to pass. {@value #WINDOW} samples are a window. Of each {@value #BLOCK} samples only the
 * smallest counts, since that is what stays when the work is done. The minima must rise ({@code z > 2.33}). By Sen's slope
 * they must grow by at least 2.5 % of the capacity in the window. The window's second half must rise at least half as fast
 * as the whole. All of this must hold in {@value #CONSECUTIVE} windows running, each half overlapping the one before; the
 * series' first window is skipped. Last, over these windows together the first half must rise at least half as fast as the
 * whole, and the second three quarters as fast: that leaves out most of what warms up slowly.
 *
 * <p>So the earliest alarm comes with sample {@value #EARLIEST}, and the distance between samples decides what is seen. A
 * load that swings with a period of up to three windows raises no alarm; one that rises evenly for longer than that can't
 * be told from a leak. Samples of a daily load belong at least 4 minutes apart. The same goes for a warm-up that takes
 * several windows. {@code TrendRatesTest} has the rates.
 *
 * <p>Keeps {@value #SPAN} numbers; {@link #add} takes nanoseconds, and some 10 µs each {@value #STEP} samples. Not
 * thread-safe. An instance is for one series.
 */
public final class TrendTest {

    /** Samples in a window. */
    public static final int WINDOW = 120;
    /** Samples of which only the smallest counts. */
    public static final int BLOCK = 6;
    /** How many windows must agree. */
    public static final int CONSECUTIVE = 3;

    private static final int STEP = WINDOW / 2;

    /** Samples until the first alarm is possible. */
    public static final int EARLIEST = WINDOW + STEP * CONSECUTIVE;
    /** The capacity of what has no known limit: the growth is then judged by the series' own level. */
    public static final double UNKNOWN_CAPACITY = Double.NaN;

    private static final int BLOCKS = WINDOW / BLOCK;
    private static final int SPAN = BLOCKS + BLOCKS / 2 * (CONSECUTIVE - 1);
    private static final double Z = 2.33;
    private static final double MIN_GROWTH = 0.025;
    private static final double MIN_GROWTH_OF_LEVEL = 0.10;
    private static final double SECOND_HALF = 0.5;
    private static final double STEADY_FIRST_HALF = 0.5;
    private static final double STEADY_SECOND_HALF = 0.75;

    private final double[] minima = new double[SPAN];
    private final long[] times = new long[SPAN];
    private int blocks;
    private int sinceEvaluated;
    private int inBlock;
    private double blockMin;
    private long blockMinTime;

    private boolean firstSkipped;
    private int agreeing;
    private Result result = Result.NONE;

    /**
     * What is known of a series, as of its last complete window.
     *
     * @param windows how many windows running have shown growth; an alarm needs {@value TrendTest#CONSECUTIVE}
     * @param alarm whether it keeps growing
     * @param slopePerSecond Sen's slope of the last window, in the series' unit a second; {@code NaN} before the first
     * @param level where Sen's line ends; {@code NaN} before the first window
     * @param capacity the capacity that was given, {@code NaN} if unknown
     */
    public record Result(int windows, boolean alarm, double slopePerSecond, double level, double capacity) {

        /** Nothing known yet. */
        public static final Result NONE = new Result(0, false, Double.NaN, Double.NaN, Double.NaN);

        /**
         * Returns when the capacity is reached if it goes on like this.
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
     * @param nanos when it was taken, on a monotonic clock; not before the last one
     * @param value the value; one that is not a finite number is left out
     * @param capacity the value at which all is used up, in the same unit; {@link #UNKNOWN_CAPACITY} or anything that is
     *     not a positive finite number if there is no such limit: growth then means 10 % of the window's highest level
     * @return what is known now; changes once each {@value #STEP} samples
     */
    public Result add(long nanos, double value, double capacity) {
        if (!Double.isFinite(value)) {
            return result;
        }
        if (inBlock == 0 || value < blockMin) {
            blockMin = value;
            blockMinTime = nanos;
        }
        if (++inBlock == BLOCK) {
            inBlock = 0;
            if (blocks == SPAN) {
                System.arraycopy(minima, 1, minima, 0, SPAN - 1);
                System.arraycopy(times, 1, times, 0, SPAN - 1);
                blocks--;
            }
            minima[blocks] = blockMin;
            times[blocks] = blockMinTime;
            blocks++;
            if (++sinceEvaluated >= BLOCKS / 2 && blocks >= BLOCKS) {
                sinceEvaluated = 0;
                evaluate(capacity);
            }
        }
        return result;
    }

    /**
     * Returns what is known now.
     *
     * @return the result of the last complete window
     */
    public Result result() {
        return result;
    }

    private void evaluate(double givenCapacity) {
        double capacity = givenCapacity > 0 && Double.isFinite(givenCapacity) ? givenCapacity : Double.NaN;
        double[] seconds = new double[blocks];
        for (int i = 0; i < blocks; i++) {
            seconds[i] = (times[i] - times[0]) / 1e9;
        }
        int from = blocks - BLOCKS;
        double slope = Slopes.theilSen(seconds, minima, from, blocks);
        double secondHalf = Slopes.theilSen(seconds, minima, blocks - BLOCKS / 2, blocks);
        // From one block's minimum to the last one's is a block less than the window.
        double growth = slope * (seconds[blocks - 1] - seconds[from]) * BLOCKS / (BLOCKS - 1);
        double needed = Double.isNaN(capacity)
                ? MIN_GROWTH_OF_LEVEL
                        * Arrays.stream(minima, from, blocks).max().orElseThrow()
                : MIN_GROWTH * capacity;
        boolean grows = growth > 0
                && growth >= needed
                && secondHalf >= slope * SECOND_HALF
                && Slopes.mannKendall(minima, from, blocks) > Z;
        agreeing = grows && firstSkipped ? agreeing + 1 : 0;
        firstSkipped = true;
        double level = Slopes.level(seconds, minima, from, blocks, slope);
        boolean alarm = agreeing >= CONSECUTIVE && isSteady(seconds);
        result = new Result(agreeing, alarm, slope, level, capacity);
    }

    /** Over all the windows that agree, both halves rise: what only warms up or has stepped doesn't. */
    private boolean isSteady(double[] seconds) {
        double slope = Slopes.theilSen(seconds, minima, 0, blocks);
        return Slopes.theilSen(seconds, minima, 0, blocks / 2) >= slope * STEADY_FIRST_HALF
                && Slopes.theilSen(seconds, minima, blocks / 2, blocks) >= slope * STEADY_SECOND_HALF;
    }
}
