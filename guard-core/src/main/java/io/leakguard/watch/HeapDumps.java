package io.leakguard.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes heap dumps. The library never writes one by itself: a dump stops the application and contains its secrets. */
public final class HeapDumps {
    private HeapDumps() {}

    /**
     * Writes the live objects to a file that heap analysers read. Needs a descriptor.
     *
     * @param file the file, which must not exist and whose name must end in {@code .hprof}
     * @throws IllegalArgumentException if the file exists or its name has another end
     * @throws IOException if it can't be written
     * @throws UnsupportedOperationException if this JVM can't, or runs without the module jdk.management
     */
    public static void write(Path file) throws IOException {
        if (!file.toString().endsWith(".hprof")) {
            throw new IllegalArgumentException(
                    "heap dump file '" + file + "' must end in .hprof, which heap analysers look for");
        }
        if (Files.exists(file)) {
            throw new IllegalArgumentException("heap dump file '" + file + "' exists: give the name of a new one");
        }
        try {
            Beans.dumpHeap(file.toAbsolutePath().toString(), true);
        } catch (LinkageError e) {
            throw new UnsupportedOperationException("heap dumps need the module jdk.management", e);
        }
    }
}
