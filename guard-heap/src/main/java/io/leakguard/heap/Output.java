package io.leakguard.heap;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/** Writes the answer, for people and for programs. */
final class Output {

    private static final String INDENT = "          ";

    private Output() {}

    static String text(HeldBy answer) {
        if (!answer.isGuarded()) {
            return "no guard was in this process: put guard-core into it, or start it with -javaagent:guard-agent.jar";
        }
        StringBuilder out = new StringBuilder();
        out.append(answer.open())
                .append(answer.open() == 1 ? " resource" : " resources")
                .append(" open");
        if (answer.open() == 0) {
            return out.toString();
        }
        out.append("; of the paths that hold each, the shortest");
        for (Holder h : answer.holders()) {
            out.append(String.format(Locale.ROOT, "%n%8d  %s", h.count(), h.kind()));
            if (!h.cause().equals("open")) {
                out.append(", ").append(h.cause());
            }
            h.oldestAge().ifPresent(age -> out.append(" · oldest ").append(duration(age)));
            line(out, "opened at ", h.site());
            line(out, "the oldest is \"", h.oldestDescription().isEmpty() ? "" : h.oldestDescription() + "\"");
            line(out, "scope ", h.scope());
            out.append('\n').append(INDENT).append(heldBy(h));
        }
        if (answer.more() > 0) {
            out.append('\n').append(INDENT).append("… ").append(answer.more()).append(" more");
        }
        return out.toString().replace(System.lineSeparator(), "\n");
    }

    /** How a resource is held, with the path. */
    static String heldBy(Holder h) {
        return switch (h.strength()) {
            case STRONG, GUARD, WEAK -> "held by " + holding(h);
            case NONE -> "held by nothing: the next garbage collection takes it";
        };
    }

    /** What a resource is held by. */
    static String holding(Holder h) {
        String path = safe(h.pathText());
        return switch (h.strength()) {
            case STRONG, NONE -> path;
            case GUARD ->
                path + " · FAULT: by the guard alone, or by what it was given with the resource: a description,"
                        + " a close handler";
            case WEAK -> path + " · no strong reference: the garbage collector may take it";
        };
    }

    private static void line(StringBuilder out, String label, String text) {
        if (!text.isEmpty()) {
            out.append('\n').append(INDENT).append(label).append(safe(text));
        }
    }

    static String json(HeldBy answer) {
        StringBuilder out = new StringBuilder();
        out.append("{\n  \"open\": ").append(answer.open());
        out.append(",\n  \"guarded\": ").append(answer.isGuarded());
        out.append(",\n  \"more\": ").append(answer.more());
        out.append(",\n  \"holders\": [");
        for (Iterator<Holder> it = answer.holders().iterator(); it.hasNext(); ) {
            Holder h = it.next();
            out.append("\n    {\"count\": ").append(h.count());
            field(out, "kind", h.kind());
            field(out, "site", h.site());
            field(out, "cause", h.cause());
            field(out, "strength", h.strength().name().toLowerCase(Locale.ROOT));
            out.append(", \"oldestMillis\": ")
                    .append(h.oldestAge().map(Duration::toMillis).orElse(-1L));
            field(out, "description", h.oldestDescription());
            field(out, "thread", h.thread());
            field(out, "scope", h.scope());
            out.append(", \"path\": ");
            array(out, h.path());
            out.append('}').append(it.hasNext() ? "," : "\n  ");
        }
        return out.append("]\n}").toString();
    }

    private static void field(StringBuilder out, String name, String value) {
        out.append(", \"").append(name).append("\": ");
        quote(out, value);
    }

    private static void array(StringBuilder out, List<String> texts) {
        out.append('[');
        for (Iterator<String> it = texts.iterator(); it.hasNext(); ) {
            quote(out, it.next());
            out.append(it.hasNext() ? ", " : "");
        }
        out.append(']');
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c)) {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** A text that can't forge or garble a line. */
    static String safe(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            boolean plain = type != Character.CONTROL
                    && type != Character.FORMAT
                    && type != Character.SURROGATE
                    && type != Character.LINE_SEPARATOR
                    && type != Character.PARAGRAPH_SEPARATOR
                    && type != Character.UNASSIGNED;
            if (plain) {
                out.appendCodePoint(c);
            } else {
                out.append(String.format(Locale.ROOT, "\\u%04x", c));
            }
        });
        return out.toString();
    }

    private static String duration(Duration d) {
        long s = d.toSeconds();
        return s < 1
                ? d.toMillis() + " ms"
                : (s >= 86_400 ? s / 86_400 + "d " : "")
                        + String.format(Locale.ROOT, "%02d:%02d:%02d", s / 3_600 % 24, s / 60 % 60, s % 60);
    }
}
