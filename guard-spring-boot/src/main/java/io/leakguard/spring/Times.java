package io.leakguard.spring;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a time in the form of the other modules: {@code 500ms}, {@code 30s}, {@code 5min} or {@code 5m}, {@code 2h},
 * {@code PT30S}.
 */
final class Times {

    private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*(ms|s|min|m|h|d)");

    private Times() {}

    static Duration parse(String key, String text) {
        String value = text.strip();
        Matcher matcher = FORM.matcher(value);
        if (matcher.matches()) {
            long n = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(n);
                case "s" -> Duration.ofSeconds(n);
                case "h" -> Duration.ofHours(n);
                case "d" -> Duration.ofDays(n);
                default -> Duration.ofMinutes(n);
            };
        }
        try {
            return value.equals("0") ? Duration.ZERO : Duration.parse(value.toUpperCase(Locale.ROOT));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    key + "=" + text + ": this is not a time; give one like 500ms, 30s, 5min or 2h", e);
        }
    }
}
