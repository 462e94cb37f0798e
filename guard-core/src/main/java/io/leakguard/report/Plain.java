package io.leakguard.report;

/** Text of the application, made fit for a page. */
final class Plain {

    private Plain() {}

    /**
     * Shows as escapes what is invisible or would reorder its surroundings (controls, bidi overrides, lone surrogates),
     * and bounds the length.
     */
    static String text(String text, int max) {
        StringBuilder out = null;
        int i = 0;
        while (i < text.length() && i < max) {
            int c = text.codePointAt(i);
            int width = Character.charCount(c);
            if (isVisible(c)) {
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
        String shown = out != null ? out.toString() : text.substring(0, i);
        return i < text.length() ? shown + "…" : shown;
    }

    private static boolean isVisible(int c) {
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

    /** As the content of an element or of a quoted attribute. */
    static String html(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return out.toString();
    }
}
