package io.leakguard.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One event of {@code events.csv}.
 *
 * @param id its number
 * @param job the job that it asks for
 * @param customer its customer
 * @param bytes the amount of its data
 * @param detail the job's input; it triggers the bug, if any
 */
record Event(int id, String job, String customer, int bytes, String detail) {

    static Event parse(String line) {
        String[] f = line.split(",", -1);
        if (f.length != 5) {
            throw new IllegalArgumentException("not an event: '" + line + "' has " + f.length + " fields, not 5");
        }
        return new Event(Integer.parseInt(f[0]), f[1], f[2], Integer.parseInt(f[3]), f[4]);
    }

    /** The lines of the events file, without its header. */
    static List<String> load() throws IOException {
        try (InputStream in = Event.class.getResourceAsStream("/events.csv")) {
            if (in == null) {
                throw new IOException("events.csv is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .toList();
        }
    }
}
