package io.leakguard.heap;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes through the records of a dump in HotSpot's format, from the first to the last. The format is that of {@code hprof},
 * {@code JAVA PROFILE 1.0.1} and {@code 1.0.2}: a header, then records, of which those of the heap consist of further ones.
 */
final class DumpScan {

    static final int CLASS = 0x20;
    static final int INSTANCE = 0x21;
    static final int OBJECT_ARRAY = 0x22;
    static final int PRIMITIVE_ARRAY = 0x23;

    static final int TYPE_OBJECT = 2;

    private static final int HEADER_LONGEST = 64;

    /** What a pass over the dump looks at. */
    interface Visitor {
        default void text(long id, long at, int length) {}

        default void loadClass(int serial, long classId, long nameId) {}

        default void frame(long id, long methodName, long fileName, int classSerial, int line) {}

        default void trace(int serial, int thread, long[] frames) {}

        default void root(Root root) {}

        default void classDump(
                long id,
                long superId,
                long loaderId,
                List<DumpClass.Static> statics,
                List<DumpClass.Own> fields,
                int size)
                throws IOException {}

        /** An object or a class, whose record begins at {@code at} with its tag. */
        default void object(long id, long at, int tag, long classId) throws IOException {}
    }

    private final Path file;
    private final DumpBytes in;
    private final int idSize;
    private final long begin;
    private final LongMap texts = new LongMap();

    DumpScan(Path file, DumpBytes in) throws IOException {
        this.file = file;
        this.in = in;
        long at = 0;
        while (at < Math.min(HEADER_LONGEST, in.size()) && in.u1(at) != 0) {
            at++;
        }
        String header = in.utf8(0, (int) at);
        if (!header.startsWith("JAVA PROFILE 1.0.")) {
            if (in.size() > 1 && in.u1(0) == 0x1f && in.u1(1) == 0x8b) {
                throw new IOException(file + " is compressed: unpack it first, with gunzip");
            }
            throw new IOException(file + " is not a heap dump of a JVM" + (in.size() == 0 ? ": it is empty" : "")
                    + ": make one with 'jcmd <pid> GC.heap_dump <file>'");
        }
        if (in.size() < at + 13) {
            throw cutOff(in.size());
        }
        this.idSize = in.i4(at + 1);
        if (idSize != 4 && idSize != 8) {
            throw new IOException(file + " is damaged: it says that an object's id has " + idSize + " bytes");
        }
        this.begin = at + 13;
    }

    int idSize() {
        return idSize;
    }

    long id(long at) {
        return idSize == 8 ? in.i8(at) : in.u4(at);
    }

    private IOException cutOff(long at) {
        return new IOException(
                file + " is cut off at byte " + at + ": the dump was not finished, or not copied whole; make it again");
    }

    private IOException damaged(long at, String what) {
        return new IOException(file + " is damaged at byte " + at + ": " + what);
    }

    void run(Visitor visitor) throws IOException {
        long at = begin;
        boolean ended = false;
        boolean whole = false;
        while (at < in.size()) {
            if (at + 9 > in.size()) {
                throw cutOff(in.size());
            }
            int tag = in.u1(at);
            long length = in.u4(at + 5);
            long body = at + 9;
            if (body + length > in.size()) {
                throw cutOff(in.size());
            }
            switch (tag) {
                case 0x01 -> visitor.text(id(body), body + idSize, (int) length - idSize);
                case 0x02 -> visitor.loadClass(in.i4(body), id(body + 4), id(body + 8 + idSize));
                case 0x04 ->
                    visitor.frame(
                            id(body),
                            id(body + idSize),
                            id(body + 3L * idSize),
                            in.i4(body + 4L * idSize),
                            in.i4(body + 4L * idSize + 4));
                case 0x05 -> trace(body, length, visitor);
                case 0x0c -> {
                    whole = true; // the older form, which has no end
                    heap(body, body + length, visitor);
                }
                case 0x1c -> {
                    heap(body, body + length, visitor);
                }
                case 0x2c -> ended = true;
                default -> {
                    if (tag > 0x2c || tag == 0) {
                        throw damaged(at, "there is no record of type " + tag);
                    }
                }
            }
            at = body + length;
        }
        if (!whole && !ended) {
            throw cutOff(in.size());
        }
    }

    private void trace(long body, long length, Visitor visitor) throws IOException {
        int n = in.i4(body + 8);
        if (12 + (long) n * idSize > length) {
            throw damaged(body, "a stack is longer than its record");
        }
        long[] frames = new long[Math.max(0, n)];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = id(body + 12 + (long) i * idSize);
        }
        visitor.trace(in.i4(body), in.i4(body + 4), frames);
    }

    private void heap(long from, long to, Visitor visitor) throws IOException {
        long at = from;
        while (at < to) {
            int tag = in.u1(at);
            long body = at + 1;
            switch (tag) {
                case 0xff, 0x05, 0x07 -> {
                    visitor.root(Root.of(
                            tag == 0x05 ? Root.Type.CLASS : tag == 0x07 ? Root.Type.MONITOR : Root.Type.OTHER,
                            id(body),
                            0,
                            -1));
                    at = body + idSize;
                }
                case 0x01 -> {
                    visitor.root(Root.of(Root.Type.NATIVE, id(body), 0, -1));
                    at = body + 2L * idSize;
                }
                case 0x02, 0x03 -> {
                    // Of a method in Java, or of a native one.
                    visitor.root(
                            Root.of(Root.Type.JAVA_FRAME, id(body), in.i4(body + idSize), in.i4(body + idSize + 4)));
                    at = body + idSize + 8;
                }
                case 0x04, 0x06 -> {
                    visitor.root(Root.of(Root.Type.OTHER, id(body), in.i4(body + idSize), -1));
                    at = body + idSize + 4;
                }
                case 0x08 -> {
                    visitor.root(Root.of(Root.Type.THREAD, id(body), in.i4(body + idSize), -1));
                    at = body + idSize + 8;
                }
                case CLASS -> at = classDump(at, visitor);
                case INSTANCE -> {
                    visitor.object(id(body), at, tag, id(body + idSize + 4));
                    at = body + 2L * idSize + 8 + in.u4(body + 2L * idSize + 4);
                }
                case OBJECT_ARRAY -> {
                    visitor.object(id(body), at, tag, id(body + idSize + 8));
                    at = body + 2L * idSize + 8 + in.u4(body + idSize + 4) * idSize;
                }
                case PRIMITIVE_ARRAY -> {
                    visitor.object(id(body), at, tag, 0);
                    at = body + idSize + 9 + in.u4(body + idSize + 4) * size(in.u1(body + idSize + 8), at);
                }
                default -> throw damaged(at, "there is no part of a heap of type " + tag);
            }
        }
        if (at != to) {
            throw damaged(at, "an object does not end where its record does");
        }
    }

    private long classDump(long at, Visitor visitor) throws IOException {
        long body = at + 1;
        long id = id(body);
        long superId = id(body + idSize + 4);
        long loaderId = id(body + 2L * idSize + 4);
        long p = body + 7L * idSize + 8;
        int constants = in.u2(p);
        p += 2;
        for (int i = 0; i < constants; i++) {
            p += 3 + size(in.u1(p + 2), p);
        }
        int n = in.u2(p);
        p += 2;
        List<DumpClass.Static> statics = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int type = in.u1(p + idSize);
            String name = type == TYPE_OBJECT ? name(id(p)) : "";
            statics.add(new DumpClass.Static(name, type, p + idSize + 1));
            p += idSize + 1 + size(type, p);
        }
        int m = in.u2(p);
        p += 2;
        List<DumpClass.Own> fields = new ArrayList<>();
        int offset = 0;
        for (int i = 0; i < m; i++) {
            int type = in.u1(p + idSize);
            fields.add(new DumpClass.Own(name(id(p)), type, offset));
            offset += size(type, p);
            p += idSize + 1;
        }
        visitor.classDump(id, superId, loaderId, statics, fields, offset);
        visitor.object(id, at, CLASS, 0);
        return p;
    }

    /** Remembers where a text is. */
    void learn(long id, long at, int length) {
        texts.put(id, at << 16 | Math.min(length, 0xffff));
    }

    /** A text that was learnt; the empty one if it was not. */
    String name(long id) {
        long where = texts.get(id, 0);
        return where == 0 ? "" : in.utf8(where >>> 16, (int) (where & 0xffff));
    }

    int size(int type, long at) throws IOException {
        return switch (type) {
            case TYPE_OBJECT -> idSize;
            case 4, 8 -> 1;
            case 5, 9 -> 2;
            case 6, 10 -> 4;
            case 7, 11 -> 8;
            default -> throw damaged(at, "there is no type of a value " + type);
        };
    }
}
