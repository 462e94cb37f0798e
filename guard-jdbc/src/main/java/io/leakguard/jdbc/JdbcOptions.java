package io.leakguard.jdbc;

import io.leakguard.internal.base.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeSet;

/**
 * The settings, fixed.
 *
 * @param maxSqlLength the number of characters of a statement's SQL that are shown
 * @param maskLiterals whether its literals are shown as {@code ?}
 * @param slowBorrow a {@code getConnection} that takes longer is explained in the log
 * @param childGrace the time for which a collected statement or result set waits for its parent's close
 * @param lobs whether Blob, Clob, NClob, SQLXML and Array are tracked
 */
record JdbcOptions(int maxSqlLength, boolean maskLiterals, Duration slowBorrow, Duration childGrace, boolean lobs) {

    static final JdbcOptions DEFAULT = new JdbcOptions(500, false, Duration.ofSeconds(1), Duration.ofSeconds(2), false);

    static final String PREFIX = "leakguard.jdbc.";
    static final List<String> KEYS = List.of("sql.max", "sql.mask", "borrow.slow", "child.grace", "lobs");
    private static final int MAX_SQL = 1_000;

    JdbcOptions {
        if (maxSqlLength < 0 || maxSqlLength > MAX_SQL) {
            throw new IllegalArgumentException(
                    "the SQL's length " + maxSqlLength + " is not possible: give 0 (no SQL in reports) to " + MAX_SQL);
        }
        positive(slowBorrow, "slow borrow");
        positive(childGrace, "child grace");
    }

    private static void positive(Duration d, String what) {
        if (d.isNegative() || d.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("the " + what + " time " + d + " is not possible: give 0 to 24h");
        }
    }

    /** Returns the defaults, overridden by the system properties {@code leakguard.jdbc.*}. */
    static JdbcOptions fromSystemProperties() {
        Properties all = System.getProperties();
        JdbcOptions options = DEFAULT;
        for (String key : new TreeSet<>(all.stringPropertyNames())) {
            if (key.startsWith(PREFIX)) {
                options = options.with(key, all.getProperty(key).strip());
            }
        }
        return options;
    }

    /** Returns these options with one of them set, by its property's name. */
    JdbcOptions with(String key, String value) {
        try {
            return switch (key(key)) {
                case "sql.max" -> withMaxSqlLength(Integer.parseInt(value));
                case "sql.mask" -> withMaskLiterals(bool(value));
                case "borrow.slow" -> withSlowBorrow(duration(value));
                case "child.grace" -> withChildGrace(duration(value));
                case "lobs" -> withLobs(bool(value));
                case "exclude-beans" -> this; // guard-spring-boot's
                default ->
                    throw new IllegalArgumentException(
                            "there is no such setting: give one of " + PREFIX + String.join(", " + PREFIX, KEYS));
            };
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + "=" + value + ": give a whole number", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + "=" + value + ": " + e.getMessage(), e);
        }
    }

    /** Returns a key without the prefix that it may have. */
    static String key(String keyOrFullKey) {
        return keyOrFullKey.startsWith(PREFIX) ? keyOrFullKey.substring(PREFIX.length()) : keyOrFullKey;
    }

    private static boolean bool(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("give true or false");
        };
    }

    private static Duration duration(String value) {
        return Durations.parse(value)
                .orElseThrow(() -> new IllegalArgumentException("give a time like 500ms, 30s, 5min or 0"));
    }

    JdbcOptions withMaxSqlLength(int length) {
        return new JdbcOptions(length, maskLiterals, slowBorrow, childGrace, lobs);
    }

    JdbcOptions withMaskLiterals(boolean mask) {
        return new JdbcOptions(maxSqlLength, mask, slowBorrow, childGrace, lobs);
    }

    JdbcOptions withSlowBorrow(Duration time) {
        return new JdbcOptions(maxSqlLength, maskLiterals, time, childGrace, lobs);
    }

    JdbcOptions withChildGrace(Duration time) {
        return new JdbcOptions(maxSqlLength, maskLiterals, slowBorrow, time, lobs);
    }

    JdbcOptions withLobs(boolean track) {
        return new JdbcOptions(maxSqlLength, maskLiterals, slowBorrow, childGrace, track);
    }
}
