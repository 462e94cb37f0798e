package io.leakguard.heap;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A heap dump, as a graph of numbered objects. The file stays where it is: in memory are a bit for each place of an object,
 * five bytes for each object, and the classes. Not thread-safe.
 */
final class Dump {

    /** A frame of a thread's stack. */
    record Frame(String className, String method, String file, int line) {}

    /** Called with each reference of an object. */
    interface Reference {
        void to(int object);
    }

    private final DumpBytes in;
    private final DumpScan scan;
    private final ObjectIds ids;
    private final int idSize;
    private final List<DumpClass> classes = new ArrayList<>();
    private final LongMap classAt = new LongMap();
    private final Map<Long, String> classNames = new HashMap<>();
    private final Map<Integer, Long> classBySerial = new HashMap<>();
    private final Map<Long, Frame> frames = new HashMap<>();
    private final Map<Integer, long[]> stackOfThread = new HashMap<>();
    private final Map<Integer, Long> threadBySerial = new HashMap<>();
    private final List<Root> roots = new ArrayList<>();
    private final List<Integer> wanted = new ArrayList<>();
    private final BitSet leaves = new BitSet();
    private int[] low = {};
    private byte[] high = {};

    private Dump(Path file) throws IOException {
        this.in = DumpBytes.open(file);
        this.scan = new DumpScan(file, in);
        this.idSize = scan.idSize();
        this.ids = new ObjectIds(idSize);
        firstPass(file);
        link();
        secondPass();
    }

    /**
     * Reads a dump.
     *
     * @throws IOException if it is none, is cut off or damaged, or may not be read; the message says which
     */
    static Dump read(Path file) throws IOException {
        return new Dump(file);
    }

    private void firstPass(Path file) throws IOException {
        scan.run(new DumpScan.Visitor() {
            @Override
            public void text(long id, long at, int length) {
                scan.learn(id, at, length);
            }

            @Override
            public void loadClass(int serial, long classId, long nameId) {
                classBySerial.put(serial, classId);
                classNames.put(classId, scan.name(nameId).replace('/', '.'));
            }

            @Override
            public void frame(long id, long method, long source, int classSerial, int line) {
                String owner = classNames.getOrDefault(classBySerial.getOrDefault(classSerial, 0L), "");
                frames.put(id, new Frame(owner, scan.name(method), scan.name(source), line));
            }

            @Override
            public void trace(int serial, int thread, long[] of) {
                if (thread != 0) {
                    stackOfThread.put(thread, of);
                }
            }

            @Override
            public void root(Root root) {
                roots.add(root);
                if (root.type() == Root.Type.THREAD) {
                    threadBySerial.put(root.thread(), root.id());
                }
            }

            @Override
            public void classDump(
                    long id,
                    long superId,
                    long loaderId,
                    List<DumpClass.Static> statics,
                    List<DumpClass.Own> fields,
                    int size) {
                String name = classNames.getOrDefault(id, "");
                classAt.put(id, classes.size());
                classes.add(new DumpClass(id, name, superId, loaderId, statics, fields, size));
            }

            @Override
            public void object(long id, long at, int tag, long classId) throws IOException {
                if (!ids.add(id)) {
                    throw new IOException(file + " is not of HotSpot: an object is at " + Long.toHexString(id));
                }
            }
        });
        ids.number();
    }

    private void link() {
        classes.forEach(c -> c.parent = classOfId(c.superId));
        for (DumpClass c : classes) {
            int depth = 0;
            for (DumpClass above = c.parent; above != null; above = above.parent) {
                if (++depth > classes.size()) {
                    throw new IllegalStateException("class " + c + " is above itself");
                }
            }
        }
        classes.forEach(this::link);
    }

    private @Nullable DumpClass classOfId(long id) {
        int at = (int) classAt.get(id, -1);
        return at < 0 ? null : classes.get(at);
    }

    private void link(DumpClass c) {
        if (c.linked) {
            return;
        }
        c.linked = true;
        c.guards = GuardClasses.holdsNothing(c.name);
        boolean reference = c.isA("java.lang.ref.WeakReference")
                || c.isA("java.lang.ref.SoftReference")
                || c.isA("java.lang.ref.PhantomReference")
                || c.isA("java.lang.ref.FinalReference");
        List<DumpClass.Field> strong = new ArrayList<>();
        for (DumpClass.Field f : c.fields()) {
            if (f.type() != DumpScan.TYPE_OBJECT) {
                continue;
            }
            if (reference && f.name().equals("referent") && f.declaredBy().name.equals("java.lang.ref.Reference")) {
                c.referent = f;
            } else {
                strong.add(f);
            }
        }
        c.strong = strong.toArray(new DumpClass.Field[0]);
        c.interesting = GuardClasses.isOfInterest(c);
        c.holdsNothing = c.loaderId == 0 && (strong.isEmpty() || c.name.equals("java.lang.String")) && !reference;
    }

    private void secondPass() throws IOException {
        low = new int[ids.count()];
        high = new byte[ids.count()];
        scan.run(new DumpScan.Visitor() {
            @Override
            public void object(long id, long at, int tag, long classId) {
                int object = ids.of(id);
                low[object] = (int) at;
                high[object] = (byte) (at >>> 32);
                DumpClass of = tag == DumpScan.INSTANCE ? classOfId(classId) : null;
                if (of != null && of.interesting) {
                    wanted.add(object);
                }
                if (tag == DumpScan.PRIMITIVE_ARRAY || (of != null && of.holdsNothing)) {
                    leaves.set(object);
                }
            }
        });
        for (DumpClass c : classes) {
            c.permanent =
                    c.loaderId == 0 || nameOfClass(object(c.loaderId)).startsWith("jdk.internal.loader.ClassLoaders$");
        }
    }

    /** Whether an object leads to nothing that anybody could track: most are numbers and texts. */
    boolean isLeaf(int object) {
        return leaves.get(object);
    }

    // ------------------------------------------------------------------------------------------------- objects

    int count() {
        return low.length;
    }

    List<Root> roots() {
        return roots;
    }

    List<DumpClass> classes() {
        return classes;
    }

    /** The instances of the classes that {@link GuardClasses#isOfInterest} names. */
    List<Integer> ofInterest() {
        return wanted;
    }

    /** The number of an object; -1 if the dump does not have it. */
    int object(long id) {
        return ids.of(id);
    }

    private long at(int object) {
        return (high[object] & 0xffL) << 32 | (low[object] & 0xffffffffL);
    }

    long id(int object) {
        return scan.id(at(object) + 1);
    }

    private int tag(int object) {
        return in.u1(at(object));
    }

    boolean isClass(int object) {
        return tag(object) == DumpScan.CLASS;
    }

    boolean isArray(int object) {
        return tag(object) == DumpScan.OBJECT_ARRAY;
    }

    /** The class that a class object stands for. */
    @Nullable
    DumpClass asClass(int object) {
        return object >= 0 && isClass(object) ? classOfId(id(object)) : null;
    }

    /** The class of an instance or of an array of objects; null of others. */
    @Nullable
    DumpClass classOf(int object) {
        if (object < 0) {
            return null;
        }
        long at = at(object);
        return switch (in.u1(at)) {
            case DumpScan.INSTANCE -> classOfId(scan.id(at + 1 + idSize + 4));
            case DumpScan.OBJECT_ARRAY -> classOfId(scan.id(at + 1 + idSize + 8));
            default -> null;
        };
    }

    String nameOfClass(int object) {
        DumpClass c = classOf(object);
        return c == null ? "" : c.name;
    }

    // ------------------------------------------------------------------------------------------------- references

    /** Passes on what an object keeps alive; of a class its static fields and its class loader too. */
    void strong(int object, Reference found) {
        long at = at(object);
        switch (in.u1(at)) {
            case DumpScan.INSTANCE -> {
                DumpClass c = classOfId(scan.id(at + 1 + idSize + 4));
                if (c != null) {
                    long values = at + 1 + 2L * idSize + 8;
                    for (DumpClass.Field f : c.strong) {
                        pass(scan.id(values + f.offset()), found);
                    }
                    if (!c.permanent) {
                        pass(c.id, found);
                    }
                }
            }
            case DumpScan.OBJECT_ARRAY -> {
                int n = in.i4(at + 1 + idSize + 4);
                long values = at + 1 + 2L * idSize + 8;
                for (int i = 0; i < n; i++) {
                    pass(scan.id(values + (long) i * idSize), found);
                }
            }
            case DumpScan.CLASS -> {
                DumpClass c = classOfId(id(object));
                if (c != null) {
                    for (DumpClass.Static s : c.statics) {
                        if (s.type() == DumpScan.TYPE_OBJECT) {
                            pass(scan.id(s.at()), found);
                        }
                    }
                    pass(c.loaderId, found);
                    pass(c.superId, found);
                }
            }
            default -> {} // numbers refer to nothing
        }
    }

    /** Passes on what a weak, soft, phantom or final reference refers to. */
    void weak(int object, Reference found) {
        DumpClass c = tag(object) == DumpScan.INSTANCE ? classOf(object) : null;
        if (c != null && c.referent != null) {
            pass(scan.id(at(object) + 1 + 2L * idSize + 8 + c.referent.offset()), found);
        }
    }

    private void pass(long id, Reference found) {
        int object = ids.of(id);
        if (object >= 0) {
            found.to(object);
        }
    }

    /** By which field, or at which place of an array, one object refers to another. */
    @Nullable
    Hop hop(int from, int to) {
        long target = id(to);
        long at = at(from);
        switch (in.u1(at)) {
            case DumpScan.INSTANCE -> {
                DumpClass c = Objects.requireNonNull(classOf(from));
                for (DumpClass.Field f : c.strong) {
                    if (scan.id(at + 1 + 2L * idSize + 8 + f.offset()) == target) {
                        return new Hop(from, to, f.name(), f.declaredBy(), -1, false);
                    }
                }
                return c.id == target ? new Hop(from, to, "class", c, -1, false) : null;
            }
            case DumpScan.OBJECT_ARRAY -> {
                int n = in.i4(at + 1 + idSize + 4);
                for (int i = 0; i < n; i++) {
                    if (scan.id(at + 1 + 2L * idSize + 8 + (long) i * idSize) == target) {
                        return new Hop(from, to, "", null, i, false);
                    }
                }
                return null;
            }
            case DumpScan.CLASS -> {
                DumpClass c = classOfId(id(from));
                if (c == null) {
                    return null;
                }
                for (DumpClass.Static s : c.statics) {
                    if (s.type() == DumpScan.TYPE_OBJECT && scan.id(s.at()) == target) {
                        return new Hop(from, to, s.name(), c, -1, true);
                    }
                }
                return new Hop(from, to, c.loaderId == target ? "classLoader" : "superclass", c, -1, false);
            }
            default -> {
                return null;
            }
        }
    }

    /** A reference from one object to another. */
    record Hop(int from, int to, String field, @Nullable DumpClass declaredBy, int index, boolean isStatic) {}

    /** The static fields of classes that are never unloaded: each keeps its object alive. */
    void permanentStatics(java.util.function.Consumer<Root> found) {
        for (DumpClass c : classes) {
            if (!c.permanent) {
                continue;
            }
            for (DumpClass.Static s : c.statics) {
                long id = s.type() == DumpScan.TYPE_OBJECT ? scan.id(s.at()) : 0;
                if (id != 0 && !s.name().startsWith("<")) {
                    found.accept(new Root(Root.Type.STATIC_FIELD, id, 0, -1, c, s.name()));
                }
            }
        }
    }

    /** The object in a static field; -1 if it is null. */
    int staticValue(DumpClass.Static field) {
        return ids.of(scan.id(field.at()));
    }

    // ------------------------------------------------------------------------------------------------- values

    /** The object in a field; -1 if it is null, or there is no such field. */
    int ref(int object, String field) {
        DumpClass.Field f = fieldOf(object, field);
        return f == null || f.type() != DumpScan.TYPE_OBJECT
                ? -1
                : ids.of(scan.id(at(object) + 1 + 2L * idSize + 8 + f.offset()));
    }

    private DumpClass.@Nullable Field fieldOf(int object, String field) {
        DumpClass c = object >= 0 && tag(object) == DumpScan.INSTANCE ? classOf(object) : null;
        return c == null ? null : c.field(field);
    }

    /** A number or a truth value in a field; {@code otherwise} if there is no such field. */
    long number(int object, String field, long otherwise) {
        DumpClass.Field f = fieldOf(object, field);
        if (f == null) {
            return otherwise;
        }
        long p = at(object) + 1 + 2L * idSize + 8 + f.offset();
        return switch (f.type()) {
            case 4, 8 -> in.u1(p);
            case 5, 9 -> (short) in.u2(p);
            case 10 -> in.i4(p);
            case 11 -> in.i8(p);
            default -> otherwise;
        };
    }

    /** The elements of an array of objects; -1 for null. */
    int[] elements(int array) {
        if (array < 0 || !isArray(array)) {
            return new int[0];
        }
        long at = at(array);
        int[] result = new int[in.i4(at + 1 + idSize + 4)];
        for (int i = 0; i < result.length; i++) {
            result[i] = ids.of(scan.id(at + 1 + 2L * idSize + 8 + (long) i * idSize));
        }
        return result;
    }

    /** The text of a {@code String}, cut to a length; null if the object is none. */
    @Nullable
    String string(int object, int longest) {
        if (object < 0 || !nameOfClass(object).equals("java.lang.String")) {
            return null;
        }
        int value = ref(object, "value");
        if (value < 0 || tag(value) != DumpScan.PRIMITIVE_ARRAY) {
            return null;
        }
        long at = at(value);
        int n = in.i4(at + 1 + idSize + 4);
        long p = at + 1 + idSize + 9;
        boolean wide = number(object, "coder", 0) == 1 || in.u1(at + 1 + idSize + 8) == 5;
        boolean chars = in.u1(at + 1 + idSize + 8) == 5;
        int length = chars || !wide ? n : n / 2;
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < Math.min(length, longest); i++) {
            int c = !wide
                    ? in.u1(p + i)
                    : chars ? in.u2(p + 2L * i) : Short.toUnsignedInt(Short.reverseBytes((short) in.u2(p + 2L * i)));
            out.append((char) c);
        }
        return length > longest ? out.append('…').toString() : out.toString();
    }

    // ------------------------------------------------------------------------------------------------- threads

    /** The object of a thread; -1 if it is not known. */
    int thread(int serial) {
        return ids.of(threadBySerial.getOrDefault(serial, 0L));
    }

    /** A thread's name; empty if it is not known. */
    String threadName(int thread) {
        String name = string(ref(thread, "name"), 100);
        return name == null ? "" : name;
    }

    /** A frame of a thread's stack, from the innermost on; null if it is not known. */
    @Nullable
    Frame frame(int serial, int number) {
        long[] stack = stackOfThread.get(serial);
        return stack == null || number < 0 || number >= stack.length ? null : frames.get(stack[number]);
    }
}
