package io.leakguard.heap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Files and a process that must not outlive a search: they end with it, or with this JVM. Thread-safe. */
final class Temporary implements AutoCloseable {

    private final List<Path> files = new CopyOnWriteArrayList<>();
    private final Thread atExit = new Thread(null, this::remove, "leakguard-held-by-cleaning", 0, false);
    private volatile @Nullable Process process;

    Temporary() {
        try {
            Runtime.getRuntime().addShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending: whoever made this closes it, or nobody can.
            return;
        }
    }

    Path add(Path file) {
        files.add(file);
        return file;
    }

    /** Adds a file that does not exist yet, with a name that no other search has. */
    Path addNew(Path folder, String prefix, String suffix) {
        return add(
                folder.resolve(prefix + "-" + Long.toUnsignedString(System.nanoTime(), Character.MAX_RADIX) + suffix));
    }

    void started(Process started) {
        process = started;
    }

    private void remove() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
        }
        IOException failed = null;
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                failed = e;
            }
        }
        if (failed != null) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Removes all; throws if a file stays. */
    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // It removes them too.
        }
        try {
            remove();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
