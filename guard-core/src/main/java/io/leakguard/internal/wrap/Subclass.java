package io.leakguard.internal.wrap;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds to a wrapper an override whose signature has types that Java 17 lacks. Source code for Java 17 can't contain it.
 * On JDKs that have the types, this makes a subclass at run time. Its one method calls a method of the wrapper that
 * takes and returns {@code Object} in place of those types.
 */
final class Subclass {

    private static final int JAVA_17 = 61;
    private static final int ACC_FINAL_SUPER_SYNTHETIC = 0x1030;
    private static final int ACC_PUBLIC = 1;

    private static final int ALOAD = 25;
    private static final int LLOAD = 22;
    private static final int ARETURN = 176;
    private static final int RETURN = 177;
    private static final int INVOKEVIRTUAL = 182;
    private static final int INVOKESPECIAL = 183;
    private static final int CHECKCAST = 192;

    private final ByteArrayOutputStream pool = new ByteArrayOutputStream();
    private final List<String> entries = new ArrayList<>();

    private Subclass() {}

    /**
     * Returns the constructor of a subclass of {@code parent} in this package that overrides {@code method} by calling
     * {@code target}; null if that is impossible.
     *
     * @param constructor the types of the parent's constructor and the subclass's
     */
    static @Nullable MethodHandle constructor(
            Class<?> parent, MethodType constructor, String method, MethodType type, String target, MethodType erased) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            byte[] bytes = new Subclass().write(parent, constructor, method, type, target, erased);
            return lookup.findConstructor(lookup.defineClass(bytes), constructor)
                    .asType(constructor.changeReturnType(parent));
        } catch (IllegalAccessException | NoSuchMethodException | IOException | LinkageError e) {
            // The parent works without it: the JDK's default then does its best for this one method.
            return null;
        }
    }

    private byte[] write(
            Class<?> parent, MethodType constructor, String method, MethodType type, String target, MethodType erased)
            throws IOException {
        String parentName = parent.getName().replace('.', '/');
        String init = constructor.toMethodDescriptorString();
        int self = type(parentName + "$" + method);
        int superclass = type(parentName);
        byte[] newCode = code(constructor, INVOKESPECIAL, member(superclass, "<init>", init), 0, RETURN);
        byte[] callCode = code(
                type,
                INVOKEVIRTUAL,
                member(superclass, target, erased.toMethodDescriptorString()),
                type(type.returnType().getName().replace('.', '/')),
                ARETURN);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeShort(ACC_FINAL_SUPER_SYNTHETIC);
        out.writeShort(self);
        out.writeShort(superclass);
        out.writeShort(0); // interfaces
        out.writeShort(0); // fields
        out.writeShort(2);
        writeMethod(out, 0, "<init>", init, newCode, constructor);
        writeMethod(out, ACC_PUBLIC, method, type.toMethodDescriptorString(), callCode, type);
        out.writeShort(0); // attributes

        ByteArrayOutputStream all = new ByteArrayOutputStream();
        DataOutputStream file = new DataOutputStream(all);
        file.writeInt(0xCAFEBABE);
        file.writeInt(JAVA_17);
        file.writeShort(entries.size() + 1);
        pool.writeTo(file);
        body.writeTo(file);
        return all.toByteArray();
    }

    /** Loads this and every argument, calls, casts the result if needed, returns. */
    private static byte[] code(MethodType type, int call, int member, int cast, int end) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(ALOAD);
        out.writeByte(0);
        int slot = 1;
        for (Class<?> parameter : type.parameterList()) {
            boolean wide = parameter == long.class;
            out.writeByte(wide ? LLOAD : ALOAD);
            out.writeByte(slot);
            slot += wide ? 2 : 1;
        }
        out.writeByte(call);
        out.writeShort(member);
        if (cast != 0) {
            out.writeByte(CHECKCAST);
            out.writeShort(cast);
        }
        out.writeByte(end);
        return bytes.toByteArray();
    }

    private void writeMethod(
            DataOutputStream out, int access, String name, String descriptor, byte[] code, MethodType type)
            throws IOException {
        int slots = 1;
        for (Class<?> parameter : type.parameterList()) {
            slots += parameter == long.class ? 2 : 1;
        }
        out.writeShort(access);
        out.writeShort(utf8(name));
        out.writeShort(utf8(descriptor));
        out.writeShort(1);
        out.writeShort(utf8("Code"));
        out.writeInt(12 + code.length);
        out.writeShort(slots); // the deepest stack: the arguments
        out.writeShort(slots);
        out.writeInt(code.length);
        out.write(code);
        out.writeShort(0); // exception table
        out.writeShort(0); // attributes
    }

    private int utf8(String text) throws IOException {
        return entry("utf8 " + text, 1, out -> out.writeUTF(text));
    }

    private int type(String name) throws IOException {
        int utf8 = utf8(name);
        return entry("type " + name, 7, out -> out.writeShort(utf8));
    }

    private int member(int owner, String name, String descriptor) throws IOException {
        int nameIndex = utf8(name);
        int descriptorIndex = utf8(descriptor);
        int nameAndType = entry("name " + name + descriptor, 12, out -> {
            out.writeShort(nameIndex);
            out.writeShort(descriptorIndex);
        });
        return entry("member " + owner + name + descriptor, 10, out -> {
            out.writeShort(owner);
            out.writeShort(nameAndType);
        });
    }

    @FunctionalInterface
    private interface Content {
        void write(DataOutputStream out) throws IOException;
    }

    /** Returns the index of the constant, which is added if it isn't there. */
    private int entry(String key, int tag, Content content) throws IOException {
        int known = entries.indexOf(key);
        if (known < 0) {
            DataOutputStream out = new DataOutputStream(pool);
            out.writeByte(tag);
            content.write(out);
            entries.add(key);
            known = entries.size() - 1;
        }
        return known + 1;
    }
}
