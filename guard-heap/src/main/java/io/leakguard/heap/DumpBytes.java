package io.leakguard.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The bytes of a dump, mapped into memory outside of the Java heap. Thread-safe. */
final class DumpBytes {

    private static final int SHIFT = 30;
    private static final long CHUNK = 1L << SHIFT;
    private static final long MASK = CHUNK - 1;

    private final ByteBuffer[] chunks;
    private final long size;

    private DumpBytes(ByteBuffer[] chunks, long size) {
        this.chunks = chunks;
        this.size = size;
    }

    /** Maps a file. Throws if it can't be read, with the reason. */
    static DumpBytes open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder: give a heap dump, such as app.hprof");
        }
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file + " does not exist: give a heap dump, such as app.hprof");
        }
        if (!Files.isReadable(file)) {
            throw new IOException(file + " may not be read by this user: run this as the file's owner");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer[] chunks = new ByteBuffer[(int) ((size + CHUNK - 1) >>> SHIFT)];
            for (int i = 0; i < chunks.length; i++) {
                long from = (long) i << SHIFT;
                chunks[i] = channel.map(FileChannel.MapMode.READ_ONLY, from, Math.min(CHUNK, size - from));
            }
            return new DumpBytes(chunks, size);
        }
    }

    long size() {
        return size;
    }

    int u1(long at) {
        return chunks[(int) (at >>> SHIFT)].get((int) (at & MASK)) & 0xff;
    }

    int u2(long at) {
        int in = (int) (at & MASK);
        return in <= MASK - 1 ? chunks[(int) (at >>> SHIFT)].getShort(in) & 0xffff : u1(at) << 8 | u1(at + 1);
    }

    int i4(long at) {
        int in = (int) (at & MASK);
        return in <= MASK - 3 ? chunks[(int) (at >>> SHIFT)].getInt(in) : u2(at) << 16 | u2(at + 2);
    }

    long u4(long at) {
        return i4(at) & 0xffffffffL;
    }

    long i8(long at) {
        int in = (int) (at & MASK);
        return in <= MASK - 7 ? chunks[(int) (at >>> SHIFT)].getLong(in) : u4(at) << 32 | u4(at + 4);
    }

    String utf8(long at, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) u1(at + i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
