package io.leakguard.internal.base;

import java.time.Duration;

/** Text that is safe and short enough for a log line. */
public final class Text {
    private Text() {}

    /** Escapes what could forge or garble a line (controls, bidi overrides, lone surrogates) and bounds the length. */
    public static String safe(String text, int max) {
        int length = Math.min(text.length(), max);
        if (length > 0 && length < text.length() && Character.isHighSurrogate(text.charAt(length - 1))) {
            length--; // half a character
        }
        StringBuilder out = null;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (isPlain(text, i, c)) {
                if (out != null) {
                    out.append(c);
                }
                continue;
            }
            if (out == null) {
                out = new StringBuilder(length + 16).append(text, 0, i);
            }
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> out.append(String.format("\\u%04x", (int) c));
            }
        }
        String safe = out != null ? out.toString() : text.substring(0, length);
        return text.length() > max ? safe + "…" : safe;
    }

    private static boolean isPlain(String text, int i, char c) {
        if (c >= ' ' && c < 0x7f) {
            return true;
        }
        if (Character.isHighSurrogate(c)) {
            return i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** {@code 00:01:07}, or {@code 38 ms} where that says more. */
    public static String duration(Duration d) {
        long millis = d.toMillis();
        if (millis < 1) {
            return d.toNanos() / 1_000 + " µs";
        }
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 10_000) {
            return String.format(java.util.Locale.ROOT, "%.1f s", millis / 1_000.0);
        }
        long s = millis / 1_000;
        String clock = String.format(java.util.Locale.ROOT, "%02d:%02d:%02d", s / 3_600 % 24, s / 60 % 60, s % 60);
        return s < 86_400 ? clock : s / 86_400 + "d " + clock;
    }

    /** {@code 12.5 MiB}. */
    public static String bytes(long n) {
        if (n < 1_024) {
            return n + " B";
        }
        int unit = Math.min(4, (63 - Long.numberOfLeadingZeros(n)) / 10);
        return String.format(java.util.Locale.ROOT, "%.1f %siB", n / Math.pow(1_024, unit), "KMGT".charAt(unit - 1));
    }

    public static String count(long n, String singular) {
        return n + " " + (n == 1 ? singular : singular + "s");
    }
}
