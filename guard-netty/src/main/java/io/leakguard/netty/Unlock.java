package io.leakguard.netty;

import io.netty.util.ReferenceCounted;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * Makes Netty 4.1's {@code ResourceLeakDetector.track} overridable, as it is in 4.2. In 4.1 it is final, and its result
 * holds a full stack for every buffer. The class is defined from its own class file with that one flag cleared, before
 * anything loads it. This class must not load it either.
 */
final class Unlock {

    /** {@code -Dleakguard.netty.unlock=false} leaves Netty's class as it is. */
    static final String PROPERTY = "leakguard.netty.unlock";

    private static final String DETECTOR = "ResourceLeakDetector.class";
    private static final int FINAL = Modifier.FINAL;

    private Unlock() {}

    /** Returns why it failed; null if it succeeded or was not needed. */
    static @Nullable String tryUnlock() {
        if ("false".equals(System.getProperty(PROPERTY))) {
            return "-D" + PROPERTY + "=false";
        }
        try (InputStream in = ReferenceCounted.class.getResourceAsStream(DETECTOR)) {
            if (in == null) {
                return "Netty's class files can't be read";
            }
            byte[] file = in.readAllBytes();
            int at = flagsOfTrack(file);
            if (at < 0 || (file[at + 1] & FINAL) == 0) {
                return null;
            }
            file[at + 1] &= ~FINAL;
            MethodHandles.privateLookupIn(ReferenceCounted.class, MethodHandles.lookup())
                    .defineClass(file);
            return null;
        } catch (LinkageError e) {
            return "Netty's ResourceLeakDetector was loaded before";
        } catch (IOException | IllegalAccessException | RuntimeException e) {
            return e.toString();
        }
    }

    /** The position of the access flags of {@code track(Object)} in a class file; -1 if it has no such method. */
    private static int flagsOfTrack(byte[] file) throws IOException {
        ByteArrayInputStream bytes = new ByteArrayInputStream(file);
        DataInputStream in = new DataInputStream(bytes);
        in.skipNBytes(8);
        int constants = in.readUnsignedShort();
        String[] texts = new String[constants];
        for (int i = 1; i < constants; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> texts[i] = in.readUTF();
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                case 5, 6 -> {
                    in.skipNBytes(8);
                    i++; // takes two entries
                }
                case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                default -> throw new IOException("constant pool tag " + tag);
            }
        }
        in.skipNBytes(6);
        in.skipNBytes(2L * in.readUnsignedShort());
        int fields = in.readUnsignedShort();
        for (int i = 0; i < fields; i++) {
            in.skipNBytes(6);
            skipAttributes(in);
        }
        int methods = in.readUnsignedShort();
        for (int i = 0; i < methods; i++) {
            int at = file.length - bytes.available();
            in.skipNBytes(2);
            String name = texts[in.readUnsignedShort()];
            String descriptor = texts[in.readUnsignedShort()];
            if ("track".equals(name) && descriptor.startsWith("(Ljava/lang/Object;)")) {
                return at;
            }
            skipAttributes(in);
        }
        return -1;
    }

    private static void skipAttributes(DataInputStream in) throws IOException {
        int attributes = in.readUnsignedShort();
        for (int i = 0; i < attributes; i++) {
            in.skipNBytes(2);
            in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
        }
    }
}
