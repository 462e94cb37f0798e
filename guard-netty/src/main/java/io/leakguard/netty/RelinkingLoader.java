package io.leakguard.netty;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Defines the classes of this module again, with the names of another Netty in place of {@code io.netty}. */
final class RelinkingLoader extends ClassLoader {

    // Not as one constant: a copy of this class would replace it.
    private static final String PLAIN = String.join(".", "io", "netty", "");
    private static final String OURS = RelinkingLoader.class.getPackageName() + ".";

    private final @Nullable ClassLoader files;
    private final String netty;

    RelinkingLoader(@Nullable ClassLoader parent, String netty) {
        super("leakguard for " + netty, parent);
        this.files = parent;
        this.netty = netty + ".";
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS) || name.indexOf('.', OURS.length()) >= 0) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        try (InputStream in =
                files == null ? ClassLoader.getSystemResourceAsStream(file) : files.getResourceAsStream(file)) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] relinked = relink(new DataInputStream(in));
            return defineClass(name, relinked, 0, relinked.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /** All names and texts of a class file are in its constant pool. */
    private byte[] relink(DataInputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(in.readLong());
        int constants = in.readUnsignedShort();
        out.writeShort(constants);
        for (int i = 1; i < constants; i++) {
            int tag = in.readUnsignedByte();
            out.writeByte(tag);
            switch (tag) {
                case 1 -> out.writeUTF(relinked(in.readUTF()));
                case 3, 4, 9, 10, 11, 12, 17, 18 -> out.writeInt(in.readInt());
                case 5, 6 -> {
                    out.writeLong(in.readLong());
                    i++; // takes two entries
                }
                case 7, 8, 16, 19, 20 -> out.writeShort(in.readUnsignedShort());
                case 15 -> {
                    out.writeByte(in.readUnsignedByte());
                    out.writeShort(in.readUnsignedShort());
                }
                default -> throw new IOException("constant pool tag " + tag);
            }
        }
        in.transferTo(out);
        return bytes.toByteArray();
    }

    private String relinked(String text) {
        return text.replace(PLAIN, netty).replace(PLAIN.replace('.', '/'), netty.replace('.', '/'));
    }
}
