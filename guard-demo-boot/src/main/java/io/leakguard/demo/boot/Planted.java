package io.leakguard.demo.boot;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A line of the application that leaks on purpose.
 *
 * @param line the line in the form of a stack trace: {@code Orders.java:42}
 * @param kind the kind of the leaked resource
 */
record Planted(String line, String kind) {

    private static final String SOURCE = "/com/acme/shop/Orders.java";
    private static final String MARK = "// LEAKS ";

    /** Returns the first marked line after the beginning of a method. */
    static Planted in(String method) throws IOException {
        try (InputStream in = Planted.class.getResourceAsStream(SOURCE)) {
            if (in == null) {
                throw new FileNotFoundException(SOURCE + " is not on the class path");
            }
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            boolean inside = false;
            for (int i = 0; i < lines.size(); i++) {
                inside |= lines.get(i).contains(" " + method + "(");
                int mark = lines.get(i).indexOf(MARK);
                if (inside && mark >= 0) {
                    return new Planted(
                            "Orders.java:" + (i + 1),
                            lines.get(i).substring(mark + MARK.length()).strip());
                }
            }
        }
        throw new IOException("no line after " + method + " is marked in " + SOURCE);
    }
}
