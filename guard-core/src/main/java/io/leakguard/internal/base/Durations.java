package io.leakguard.internal.base;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads times as all settings have them: {@code 500ms}, {@code 30s}, {@code 5min} or {@code 5m}, {@code 2h}, {@code 1d}, {@code 0}. */
public final class Durations {

    private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\s*(ms|s|min|m|h|d)");

    private Durations() {}

    /** Returns the time, ISO 8601 ({@code PT30S}) included, which may be negative; empty if the text is of another form. */
    public static Optional<Duration> parse(String text) {
        String value = text.strip();
        Matcher m = FORM.matcher(value);
        try {
            if (m.matches()) {
                long n = Long.parseLong(m.group(1));
                return Optional.of(
                        switch (m.group(2)) {
                            case "ms" -> Duration.ofMillis(n);
                            case "s" -> Duration.ofSeconds(n);
                            case "min", "m" -> Duration.ofMinutes(n);
                            case "h" -> Duration.ofHours(n);
                            default -> Duration.ofDays(n);
                        });
            }
            if (value.equals("0")) {
                return Optional.of(Duration.ZERO);
            }
            String upper = value.toUpperCase(Locale.ROOT);
            return upper.startsWith("P") ? Optional.of(Duration.parse(upper)) : Optional.empty();
        } catch (ArithmeticException | DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
