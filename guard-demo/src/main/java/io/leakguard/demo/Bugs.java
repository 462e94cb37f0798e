package io.leakguard.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The seeded bugs: their places, and how often each struck. Their places are read from the source, which the build
 * packs beside the classes: a comment {@code // LEAK: name} at the end of the line that opens the resource.
 */
final class Bugs {

    private static final Pattern MARK = Pattern.compile("// LEAK: ([a-z0-9-]+)(?: \\(([a-z]+)\\))?$");

    /** How the guard must find a bug's leak. The name is in brackets behind the mark, except for the first sort. */
    enum Sort {
        /** Forgotten: found when it is collected. */
        COLLECTED,
        /** Stays reachable, outside of any scope: never collected, only listed as open. */
        HELD,
        /** Stays reachable, but was opened in a scope, which has ended. */
        ESCAPED,
        /** Forgotten in a scope: found when the scope has ended or when it is collected, whichever is first. */
        LOST,
        /** A connection that is kept without traffic: listed as idle. */
        IDLE,
        /** Held for longer than its kind may be, and closed in the end. */
        OVERDUE,
        /** A scope that allocates more than it should. */
        ALLOCATES
    }

    /**
     * A seeded place.
     *
     * @param name its name
     * @param line the line that opens, {@code OrderJobs.java:42}
     * @param sort how the guard must find it
     * @param forgotten the number of times that the bug struck there
     */
    record Place(String name, String line, Sort sort, LongAdder forgotten) {}

    private final Map<String, Place> places = new LinkedHashMap<>();
    private final boolean on;

    private Bugs(boolean on) {
        this.on = on;
    }

    /** Reads the places from the sources of these classes; with {@code on} false the bugs are fixed. */
    static Bugs in(boolean on, Class<?>... sources) throws IOException {
        Bugs bugs = new Bugs(on);
        for (Class<?> source : sources) {
            String file = source.getSimpleName() + ".java";
            try (InputStream in = source.getResourceAsStream(file)) {
                if (in == null) {
                    throw new IOException(file + " is not on the class path beside " + source.getName());
                }
                List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
                for (int i = 0; i < lines.size(); i++) {
                    Matcher mark = MARK.matcher(lines.get(i));
                    if (mark.find()) {
                        Sort sort = mark.group(2) == null
                                ? Sort.COLLECTED
                                : Sort.valueOf(mark.group(2).toUpperCase(Locale.ROOT));
                        Place place = new Place(mark.group(1), file + ":" + (i + 1), sort, new LongAdder());
                        if (bugs.places.put(place.name, place) != null) {
                            throw new IOException(place.line + ": there are two places named " + place.name);
                        }
                    }
                }
            }
        }
        return bugs;
    }

    boolean areOn() {
        return on;
    }

    List<Place> places() {
        return new ArrayList<>(places.values());
    }

    /** The number of times that bugs of these sorts have struck. */
    long forgotten(Sort... sorts) {
        return places.values().stream()
                .filter(p -> List.of(sorts).contains(p.sort))
                .mapToLong(p -> p.forgotten.sum())
                .sum();
    }

    /** Counts an open resource and forgets it, as the bug does. In a clean run it closes it, as the fix would. */
    void forget(String name, AutoCloseable resource) throws Exception {
        if (strikes(name)) {
            return;
        }
        resource.close();
    }

    /** Tells whether the bug strikes here, and counts it if so. */
    boolean strikes(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw new IllegalStateException("no line is marked with '// LEAK: " + name + "'");
        }
        if (on) {
            place.forgotten.increment();
        }
        return on;
    }
}
