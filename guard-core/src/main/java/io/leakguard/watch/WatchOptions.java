package io.leakguard.watch;

import io.leakguard.internal.base.Text;
import io.leakguard.internal.config.Config;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of a {@link ResourceWatch}. Immutable: each {@code with} method returns a new object. Each setting has
 * the system property {@code leakguard.watch.<key>}.
 *
 * @param interval interval at which descriptors are counted ({@code interval}, default 1 s)
 * @param warning share of the first level ({@code warning}, default 0.70)
 * @param high share of the second level ({@code high}, default 0.85)
 * @param critical share of the third level ({@code critical}, default 0.95)
 * @param socketInterval shortest interval between looks at sockets ({@code socket.interval}, default 30 s)
 * @param closeWaitAfter how long a socket must be in CLOSE_WAIT to be reported ({@code close.wait.after}, default 60 s)
 * @param trendInterval interval of the samples for trends ({@code trend.interval}, default 5 min). A shorter one finds
 *     growth earlier, but mistakes a daily load for growth
 * @param deletedLimit limit in bytes for deleted files that are still open ({@code deleted.limit}, default 1 GiB); the
 *     thresholds are shares of it
 * @param temporaryLimit limit in bytes for temporary files that this process made and left ({@code temporary.limit},
 *     default 1 GiB); the thresholds are shares of it
 */
public record WatchOptions(
        Duration interval,
        double warning,
        double high,
        double critical,
        Duration socketInterval,
        Duration closeWaitAfter,
        Duration trendInterval,
        long deletedLimit,
        long temporaryLimit) {

    private static final String PREFIX = "leakguard.watch.";
    private static final List<String> KEYS = List.of(
            "interval",
            "warning",
            "high",
            "critical",
            "socket.interval",
            "close.wait.after",
            "trend.interval",
            "deleted.limit",
            "temporary.limit");
    private static final Pattern SHARE = Pattern.compile("0?\\.[0-9]{1,6}");
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,18})(?:\\s*([KMGT])iB)?");
    private static final WatchOptions DEFAULTS = new WatchOptions(
            Duration.ofSeconds(1),
            0.70,
            0.85,
            0.95,
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofMinutes(5),
            1L << 30,
            1L << 30);

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if a value is invalid; the message names it and the fix
     */
    public WatchOptions {
        positive("interval", interval);
        positive("socketInterval", socketInterval);
        positive("closeWaitAfter", closeWaitAfter);
        positive("trendInterval", trendInterval);
        positive("deletedLimit", deletedLimit);
        positive("temporaryLimit", temporaryLimit);
        if (!(warning > 0 && warning <= high && high <= critical && critical < 1)) {
            throw new IllegalArgumentException("thresholds " + warning + ", " + high + ", " + critical
                    + " are not three rising shares: give numbers between 0 and 1, like 0.70, 0.85, 0.95");
        }
    }

    private static void positive(String name, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range: give a time from 1 ms to 365 days");
        }
    }

    private static void positive(String name, long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException(
                    name + " " + bytes + " is out of range: give a number of bytes from 1, like 1073741824 for 1 GiB");
        }
    }

    /**
     * Returns the default settings, changed by the system properties {@code leakguard.watch.*}.
     *
     * @return the settings
     * @throws IllegalArgumentException if a property is unknown or has a bad value; the message names it and the fix
     */
    public static WatchOptions defaults() {
        SortedMap<String, String> ours = new TreeMap<>();
        for (String key : System.getProperties().stringPropertyNames()) {
            if (key.startsWith(PREFIX)) {
                ours.put(key.substring(PREFIX.length()), Objects.requireNonNullElse(System.getProperty(key), ""));
            }
        }
        return of(ours, "system property ");
    }

    /**
     * Returns the default settings, changed by texts: for programs that read a configuration of their own.
     *
     * @param texts the texts by key, without {@code leakguard.watch.} before it: {@code socket.interval=30s}
     * @return the settings
     * @throws IllegalArgumentException if a key is unknown or has a bad value; the message names it and the fix
     */
    public static WatchOptions of(Map<String, String> texts) {
        return of(new TreeMap<>(texts), "");
    }

    /**
     * Returns the keys of all settings, without {@code leakguard.watch.} before them.
     *
     * @return the keys, in the order of the documentation
     */
    public static List<String> keys() {
        return KEYS;
    }

    private static WatchOptions of(SortedMap<String, String> texts, String from) {
        WatchOptions options = DEFAULTS;
        double[] shares = {options.warning, options.high, options.critical};
        for (Map.Entry<String, String> e : texts.entrySet()) {
            String source = from + PREFIX + e.getKey();
            String value = e.getValue();
            switch (e.getKey()) {
                case "interval" -> options = options.withInterval(Config.duration(value, source));
                case "warning" -> shares[0] = share(value, source);
                case "high" -> shares[1] = share(value, source);
                case "critical" -> shares[2] = share(value, source);
                case "socket.interval" -> options = options.withSocketInterval(Config.duration(value, source));
                case "close.wait.after" -> options = options.withCloseWaitAfter(Config.duration(value, source));
                case "trend.interval" -> options = options.withTrendInterval(Config.duration(value, source));
                case "deleted.limit" -> options = options.withDeletedLimit(bytes(value, source));
                case "temporary.limit" -> options = options.withTemporaryLimit(bytes(value, source));
                default ->
                    throw new IllegalArgumentException(source + ": there is no such setting; the settings are " + PREFIX
                            + String.join(", ", KEYS));
            }
        }
        return options.withThresholds(shares[0], shares[1], shares[2]);
    }

    private static long bytes(String value, String source) {
        Matcher m = BYTES.matcher(value.strip());
        if (m.matches()) {
            int shift = m.group(2) == null ? 0 : 10 * " KMGT".indexOf(m.group(2));
            long n = ProcFs.parseLong(m.group(1)).orElse(0);
            if (n >= 1 && n <= Long.MAX_VALUE >> shift) {
                return n << shift;
            }
        }
        throw new IllegalArgumentException(source + ": '" + Text.safe(value, 200)
                + "' is not a size: give a number of bytes like 500MiB, 2GiB or 1073741824");
    }

    private static double share(String value, String source) {
        if (!SHARE.matcher(value.strip()).matches()) {
            throw new IllegalArgumentException(
                    source + ": '" + Text.safe(value, 200) + "' is not a share: give a number like 0.70");
        }
        return Double.parseDouble(value.strip());
    }

    double[] thresholds() {
        return new double[] {warning, high, critical};
    }

    /**
     * Returns these settings with another interval for counting descriptors.
     *
     * @param value 1 ms and more
     * @return the settings
     */
    public WatchOptions withInterval(Duration value) {
        return new WatchOptions(
                value,
                warning,
                high,
                critical,
                socketInterval,
                closeWaitAfter,
                trendInterval,
                deletedLimit,
                temporaryLimit);
    }

    /**
     * Returns these settings with other thresholds, as shares of the limit.
     *
     * @param first for {@code WARNING}
     * @param second for {@code HIGH}
     * @param third for {@code CRITICAL}
     * @return the settings
     */
    public WatchOptions withThresholds(double first, double second, double third) {
        return new WatchOptions(
                interval,
                first,
                second,
                third,
                socketInterval,
                closeWaitAfter,
                trendInterval,
                deletedLimit,
                temporaryLimit);
    }

    /**
     * Returns these settings with another interval for looking at sockets.
     *
     * @param value 1 ms and more; a look takes milliseconds
     * @return the settings
     */
    public WatchOptions withSocketInterval(Duration value) {
        return new WatchOptions(
                interval, warning, high, critical, value, closeWaitAfter, trendInterval, deletedLimit, temporaryLimit);
    }

    /**
     * Returns these settings with another time after which a socket in CLOSE_WAIT is reported.
     *
     * @param value 1 ms and more
     * @return the settings
     */
    public WatchOptions withCloseWaitAfter(Duration value) {
        return new WatchOptions(
                interval, warning, high, critical, socketInterval, value, trendInterval, deletedLimit, temporaryLimit);
    }

    /**
     * Returns these settings with another interval for samples of the trends.
     *
     * @param value 1 ms and more; 120 of them should last at least a third of the longest normal cycle, such as a day
     * @return the settings
     */
    public WatchOptions withTrendInterval(Duration value) {
        return new WatchOptions(
                interval, warning, high, critical, socketInterval, closeWaitAfter, value, deletedLimit, temporaryLimit);
    }

    /**
     * Returns these settings with another limit for deleted files that are still open.
     *
     * @param bytes 1 and more
     * @return the settings
     */
    public WatchOptions withDeletedLimit(long bytes) {
        return new WatchOptions(
                interval,
                warning,
                high,
                critical,
                socketInterval,
                closeWaitAfter,
                trendInterval,
                bytes,
                temporaryLimit);
    }

    /**
     * Returns these settings with another limit for temporary files that were left.
     *
     * @param bytes 1 and more
     * @return the settings
     */
    public WatchOptions withTemporaryLimit(long bytes) {
        return new WatchOptions(
                interval, warning, high, critical, socketInterval, closeWaitAfter, trendInterval, deletedLimit, bytes);
    }
}
