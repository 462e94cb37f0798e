package io.leakguard.internal.base;

import java.util.Arrays;

/** Slopes that are robust to a few outliers. For short series: all methods compare each pair. */
public final class Slopes {
    private Slopes() {}

    /**
     * Returns the median slope of all pairs (Theil–Sen).
     *
     * @param x the places, ascending; pairs at one place are left out
     * @param y the values
     * @param from the first index
     * @param to after the last index
     * @return the slope in y for each x; 0 if no two places differ
     */
    public static double theilSen(double[] x, double[] y, int from, int to) {
        int n = to - from;
        double[] slopes = new double[n * (n - 1) / 2];
        int count = 0;
        for (int i = from; i < to; i++) {
            for (int j = i + 1; j < to; j++) {
                double dx = x[j] - x[i];
                if (dx > 0) {
                    slopes[count++] = (y[j] - y[i]) / dx;
                }
            }
        }
        return count == 0 ? 0 : median(slopes, count);
    }

    /**
     * Returns the value at the last place of the line with that slope through the points' middle.
     *
     * @param x the places
     * @param y the values
     * @param from the first index
     * @param to after the last index
     * @param slope the slope
     * @return the value on the line at the last place
     */
    public static double level(double[] x, double[] y, int from, int to, double slope) {
        double[] intercepts = new double[to - from];
        for (int i = from; i < to; i++) {
            intercepts[i - from] = y[i] - slope * x[i];
        }
        return median(intercepts, intercepts.length) + slope * x[to - 1];
    }

    /**
     * Returns how certain it is that the values rise: the normal score of the Mann–Kendall test, corrected for ties.
     *
     * @param y the values in their order
     * @param from the first index
     * @param to after the last index
     * @return the score; 0 if all are equal, above 2.33 in one of 100 series of independent values
     */
    public static double mannKendall(double[] y, int from, int to) {
        int n = to - from;
        long s = 0;
        for (int i = from; i < to; i++) {
            for (int j = i + 1; j < to; j++) {
                s += Double.compare(y[j], y[i]) > 0 ? 1 : y[j] == y[i] ? 0 : -1;
            }
        }
        double variance = n * (n - 1.0) * (2 * n + 5);
        double[] sorted = Arrays.copyOfRange(y, from, to);
        Arrays.sort(sorted);
        int run = 1;
        for (int i = 1; i <= n; i++) {
            if (i < n && sorted[i] == sorted[i - 1]) {
                run++;
            } else {
                variance -= run * (run - 1.0) * (2 * run + 5);
                run = 1;
            }
        }
        if (variance <= 0) {
            return 0;
        }
        return (s - Math.signum((double) s)) / Math.sqrt(variance / 18);
    }

    private static double median(double[] values, int count) {
        Arrays.sort(values, 0, count);
        int middle = count / 2;
        return count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
