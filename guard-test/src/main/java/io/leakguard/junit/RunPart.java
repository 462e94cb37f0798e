package io.leakguard.junit;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The result of one run, in a form that other JVMs of the build can merge with theirs. Several JVMs, or several test
 * plans in one, are one build.
 */
final class RunPart {

    private static final String SEPARATOR = "\u001f";

    final String id;
    private final Properties values;

    private RunPart(String id, Properties values) {
        this.id = id;
        this.values = values;
    }

    static RunPart empty(String id) {
        return new RunPart(id, new Properties());
    }

    static RunPart read(Path file) throws IOException {
        Properties values = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            values.load(in);
        }
        String name = file.getFileName().toString();
        return new RunPart(name.substring(0, name.length() - ".properties".length()), values);
    }

    void write(Path folder) throws IOException {
        try (Writer out = Files.newBufferedWriter(folder.resolve(id + ".properties"))) {
            values.store(out, "One run of LeakGuard's extension; merged into leaks.json by the runs of the same build");
        }
    }

    RunPart put(String key, Object value) {
        values.setProperty(key, String.valueOf(value));
        return this;
    }

    RunPart putAll(String key, Iterable<String> list) {
        return put(key, String.join(SEPARATOR, list));
    }

    RunPart putRows(String key, List<List<String>> rows) {
        for (int i = 0; i < rows.size(); i++) {
            putAll(key + "." + i, rows.get(i));
        }
        return put(key, rows.size());
    }

    String text(String key) {
        return values.getProperty(key, "");
    }

    long number(String key) {
        String value = text(key);
        return value.isEmpty() ? 0 : Long.parseLong(value);
    }

    Instant time(String key) {
        return Instant.parse(text(key));
    }

    List<String> list(String key) {
        String value = text(key);
        return value.isEmpty() ? List.of() : List.of(value.split(SEPARATOR, -1));
    }

    List<List<String>> rows(String key) {
        List<List<String>> rows = new ArrayList<>();
        for (long i = 0; i < number(key); i++) {
            rows.add(List.of(text(key + "." + i).split(SEPARATOR, -1)));
        }
        return rows;
    }

    /** The numbers whose keys have this prefix, by the rest of the key. */
    Map<String, Long> numbers(String prefix) {
        Map<String, Long> result = new LinkedHashMap<>();
        for (String key : new TreeSet<>(values.stringPropertyNames())) {
            if (key.startsWith(prefix)) {
                result.put(key.substring(prefix.length()), number(key));
            }
        }
        return result;
    }

    /**
     * Tells whether a later run has replaced this one: it ran the same classes in another JVM, which began after this
     * run had ended.
     */
    boolean isReplacedBy(RunPart later) {
        return !text("pid").equals(later.text("pid"))
                && time("endedAt").isBefore(later.time("startedAt"))
                && Set.copyOf(list("classes")).stream().anyMatch(Set.copyOf(later.list("classes"))::contains);
    }
}
