package io.leakguard.watch;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A file of {@code /proc} that stays open, so that it can be read when no descriptor is left. For one thread at a time. */
final class KeptFile implements Closeable {

    private static final int CHUNK = 32 * 1024;
    private static final int SHORT = 4 * 1024;

    /** Gets one line: {@code bytes[from..to)}, without its line break. */
    interface LineReader {
        void line(byte[] bytes, int from, int to);
    }

    /** Always unknown. */
    static final KeptFile NONE = new KeptFile(null);

    private final @Nullable RandomAccessFile file;
    /** Made at the first reading: most files are short, and a few are never read. */
    private byte[] buffer = {};

    private KeptFile(@Nullable RandomAccessFile file) {
        this.file = file;
    }

    /** Opens a file. If that fails, its content is unknown. */
    static KeptFile open(Path path) {
        try {
            return new KeptFile(new RandomAccessFile(path.toFile(), "r"));
        } catch (IOException | SecurityException | UnsupportedOperationException e) {
            return new KeptFile(null);
        }
    }

    boolean isOpen() {
        return file != null;
    }

    /** The first 32 KiB as text, which is the whole of these short files; null if unknown. */
    synchronized @Nullable String text() {
        RandomAccessFile f = file;
        if (f == null) {
            return null;
        }
        try {
            f.seek(0);
            int n = 0;
            while (n < CHUNK) {
                if (n == buffer.length) {
                    buffer = Arrays.copyOf(buffer, n == 0 ? SHORT : CHUNK);
                }
                int read = f.read(buffer, n, buffer.length - n);
                if (read < 0) {
                    break;
                }
                n += read;
            }
            return new String(buffer, 0, n, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return null;
        }
    }

    /** Passes every line to the reader, for files of any length. False if unknown. */
    synchronized boolean lines(LineReader reader) {
        RandomAccessFile f = file;
        if (f == null) {
            return false;
        }
        try {
            f.seek(0);
            if (buffer.length < CHUNK) {
                buffer = new byte[CHUNK];
            }
            int kept = 0;
            while (true) {
                int read = f.read(buffer, kept, buffer.length - kept);
                if (read < 0) {
                    break;
                }
                int end = kept + read;
                int lineStart = 0;
                for (int i = kept; i < end; i++) {
                    if (buffer[i] == '\n') {
                        reader.line(buffer, lineStart, i);
                        lineStart = i + 1;
                    }
                }
                kept = end - lineStart;
                System.arraycopy(buffer, lineStart, buffer, 0, kept);
                if (kept == buffer.length) {
                    return false; // no file of the kernel has such a line
                }
            }
            if (kept > 0) {
                reader.line(buffer, 0, kept);
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public synchronized void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                // It was only read, so nothing can be lost.
            }
        }
    }
}
