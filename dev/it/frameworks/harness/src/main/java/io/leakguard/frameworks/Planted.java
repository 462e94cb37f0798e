package io.leakguard.frameworks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Finds a bug on purpose in a test's source: a line that ends in {@code // PLANTED name}. */
public final class Planted {

    private Planted() {}

    /** Returns a planted line as a stack trace shows it: {@code (OrderHandler.java:42)}. */
    public static String line(Class<?> in, String name) {
        Class<?> top = in;
        while (top.getEnclosingClass() != null) {
            top = top.getEnclosingClass();
        }
        String file = top.getSimpleName() + ".java";
        Path source = Path.of(
                System.getProperty("planted.sources", "src/test/java"),
                top.getPackageName().replace('.', '/'),
                file);
        try {
            List<String> lines = Files.readAllLines(source, StandardCharsets.UTF_8);
            int[] found = IntStream.range(0, lines.size())
                    .filter(i -> lines.get(i).endsWith("// PLANTED " + name))
                    .toArray();
            if (found.length != 1) {
                throw new AssertionError(found.length + " lines end in // PLANTED " + name + " in " + source);
            }
            return "(" + file + ":" + (found[0] + 1) + ")";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
