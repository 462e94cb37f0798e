package io.leakguard.junit;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, texts, numbers and booleans as JSON. */
final class Json {
    private Json() {}

    static String write(Map<String, ?> object) {
        StringBuilder out = new StringBuilder();
        value(out, object, "\n");
        return out.append('\n').toString();
    }

    private static void value(StringBuilder out, @Nullable Object value, String indent) {
        if (value instanceof Map<?, ?> map) {
            String inner = indent + "  ";
            out.append('{');
            for (Iterator<? extends Map.Entry<?, ?>> it = map.entrySet().iterator(); it.hasNext(); ) {
                Map.Entry<?, ?> e = it.next();
                out.append(inner);
                text(out, String.valueOf(e.getKey()));
                out.append(": ");
                value(out, e.getValue(), inner);
                out.append(it.hasNext() ? "," : indent);
            }
            out.append('}');
        } else if (value instanceof List<?> list) {
            String inner = indent + "  ";
            out.append('[');
            for (Iterator<?> it = list.iterator(); it.hasNext(); ) {
                out.append(inner);
                value(out, it.next(), inner);
                out.append(it.hasNext() ? "," : indent);
            }
            out.append(']');
        } else if (value == null || value instanceof Boolean || value instanceof Long || value instanceof Integer) {
            out.append(value);
        } else {
            text(out, String.valueOf(value));
        }
    }

    private static void text(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029' || c == 0x7f) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
