package io.leakguard.watch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The files below {@code /proc} and {@code /sys} of one process. Below another root, those of a recorded machine. */
final class ProcFs {

    private static final int MAX_BYTES = 64 * 1024;
    private static final int FIRST_BYTES = 4 * 1024;

    static final ProcFs SELF = new ProcFs(Path.of("/"), "self");

    final Path root;
    final String pid;
    private final ToLongFunction<Path> sizeOf;

    ProcFs(Path root, String pid) {
        this(root, pid, ProcFs::size);
    }

    /** With another way to get a file's size: a recorded folder can't have the size of a kernel's. */
    ProcFs(Path root, String pid, ToLongFunction<Path> sizeOf) {
        this.root = root;
        this.pid = pid;
        this.sizeOf = sizeOf;
    }

    /** Whether this is the current process. */
    boolean isSelf() {
        return this == SELF;
    }

    /** A file of the process, such as {@code limits}. */
    Path ofProcess(String name) {
        return root.resolve("proc").resolve(pid).resolve(name);
    }

    /** A file by its path without the leading slash. */
    Path path(String path) {
        return root.resolve(path);
    }

    /** The file's text without surrounding blanks; null if it is missing or may not be read. */
    @Nullable
    String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            // Not readString: it begins with one byte, and a file below /proc/sys ends after the first read.
            byte[] bytes = new byte[FIRST_BYTES];
            int n = 0;
            for (int read = 0; read >= 0 && n < MAX_BYTES; read = in.read(bytes, n, bytes.length - n)) {
                n += read;
                if (n == bytes.length && n < MAX_BYTES) {
                    bytes = Arrays.copyOf(bytes, MAX_BYTES);
                }
            }
            return new String(bytes, 0, n, StandardCharsets.UTF_8).strip();
        } catch (IOException | SecurityException e) {
            return null; // missing, hidden or no descriptor left: unknown
        }
    }

    /** As {@link #read(Path)}. Also null if the text is not a path: a control group's name may be any text. */
    @Nullable
    String read(String path) {
        Path file;
        try {
            file = path(path);
        } catch (InvalidPathException e) {
            return null;
        }
        return read(file);
    }

    OptionalLong number(String path) {
        return parseLong(read(path));
    }

    static OptionalLong parseLong(@Nullable String text) {
        try {
            return text == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** The size in the file system; -1 if unknown. Opens nothing. */
    long sizeOf(Path file) {
        return sizeOf.applyAsLong(file);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException | SecurityException e) {
            return -1;
        }
    }

    /** The number of entries in the folder; -1 if it can't be listed. Uses a descriptor while it counts. */
    static long entries(Path folder) {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            long n = 0;
            for (Path ignored : stream) {
                n++;
            }
            return n;
        } catch (IOException | java.nio.file.DirectoryIteratorException | SecurityException e) {
            return -1;
        }
    }

    /** The target of a link; null if there is none or it may not be read. Opens nothing. */
    static @Nullable String link(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException | SecurityException | UnsupportedOperationException e) {
            return null;
        }
    }
}
