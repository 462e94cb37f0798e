package io.leakguard.internal.base;

import java.time.Duration;

/** Text that is safe and short enough for a log line. */
public final class Text {
    private Text() {}

    /**
     * Replaces characters that could forge or garble a line by escapes: controls, bidi overrides, lone surrogates.
     * Limits the length.
     */
    public static String safe(String text, int max) {
        StringBuilder out = null;
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            int width = Character.charCount(c);
            if (i + width > max) {
                break;
            }
            if (isPlain(c)) {
                if (out != null) {
                    out.appendCodePoint(c);
                }
            } else {
                if (out == null) {
                    out = new StringBuilder(text.length() + 16).append(text, 0, i);
                }
                out.append(escape(c));
            }
            i += width;
        }
        String safe = out != null ? out.toString() : text.substring(0, i);
        return i < text.length() ? safe + "…" : safe;
    }

    private static boolean isPlain(int c) {
        if (c >= ' ' && c < 0x7f) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    private static String escape(int c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> String.format(c > 0xffff ? "\\u{%x}" : "\\u%04x", c);
        };
    }

    /** {@code 00:01:07}, or {@code 38 ms} for a short time. */
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
