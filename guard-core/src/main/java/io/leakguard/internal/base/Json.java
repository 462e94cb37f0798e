package io.leakguard.internal.base;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON that can stand inside a script element: no part of it can end the element or start a comment, and it is
 * ASCII if the caller needs that.
 */
public final class Json {

    private final StringBuilder out;
    private final boolean inScript;
    private boolean first = true;

    public Json(StringBuilder out) {
        this(out, true);
    }

    private Json(StringBuilder out, boolean inScript) {
        this.out = out;
        this.inScript = inScript;
    }

    public Json beginObject() {
        separate();
        out.append('{');
        first = true;
        return this;
    }

    public Json endObject() {
        out.append('}');
        first = false;
        return this;
    }

    public Json beginArray() {
        separate();
        out.append('[');
        first = true;
        return this;
    }

    public Json endArray() {
        out.append(']');
        first = false;
        return this;
    }

    public Json name(String name) {
        separate();
        quote(name);
        out.append(':');
        first = true;
        return this;
    }

    public Json value(String value) {
        separate();
        quote(value);
        return this;
    }

    public Json value(long value) {
        separate();
        out.append(value);
        return this;
    }

    /** A number in the form that the caller gave it, such as {@code 0.2500}. */
    public Json number(String digits) {
        separate();
        out.append(digits);
        return this;
    }

    public Json field(String name, String value) {
        return name(name).value(value);
    }

    public Json field(String name, long value) {
        return name(name).value(value);
    }

    /** Leaves the field out if there is nothing in it: the page takes it as empty. */
    public Json optional(String name, String value) {
        return value.isEmpty() ? this : field(name, value);
    }

    /** Writes maps, lists, numbers, booleans and texts with a line for each, for people who read the file. */
    public static String pretty(Map<String, ?> object) {
        StringBuilder out = new StringBuilder();
        new Json(out, false).pretty(object, "\n");
        return out.append('\n').toString();
    }

    private void pretty(@Nullable Object value, String indent) {
        String inner = indent + "  ";
        if (value instanceof Map<?, ?> map) {
            out.append('{');
            for (Iterator<? extends Map.Entry<?, ?>> it = map.entrySet().iterator(); it.hasNext(); ) {
                Map.Entry<?, ?> e = it.next();
                out.append(inner);
                quote(String.valueOf(e.getKey()));
                out.append(": ");
                pretty(e.getValue(), inner);
                out.append(it.hasNext() ? "," : indent);
            }
            out.append('}');
        } else if (value instanceof List<?> list) {
            out.append('[');
            for (Iterator<?> it = list.iterator(); it.hasNext(); ) {
                out.append(inner);
                pretty(it.next(), inner);
                out.append(it.hasNext() ? "," : indent);
            }
            out.append(']');
        } else if (value == null || value instanceof Boolean || value instanceof Long || value instanceof Integer) {
            out.append(value);
        } else {
            quote(String.valueOf(value));
        }
    }

    private void separate() {
        if (!first) {
            out.append(',');
        }
        first = false;
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\u2028', '\u2029' -> escape(c);
                case '<', '>', '&', '\'' -> {
                    if (inScript) {
                        escape(c);
                    } else {
                        out.append(c);
                    }
                }
                default -> {
                    if (c < ' ' || c == 0x7f || isLoneSurrogate(text, i)) {
                        escape(c);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isLoneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    private void escape(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit(c >> shift & 0xf, 16));
        }
    }
}
