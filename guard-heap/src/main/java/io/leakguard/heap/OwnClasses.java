package io.leakguard.heap;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.CodeSource;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The class path of the process that reads: the jar that these classes came from. From within another jar, as in an
 * executable one or the agent's, a JVM can't load them: then they are copied.
 */
final class OwnClasses {

    private static final String PACKAGE = "io/leakguard/heap/";
    private static final String MAIN = PACKAGE + "Main";

    private OwnClasses() {}

    /** The jar or folder that the classes came from; null if a JVM can't use it as it is. */
    static @Nullable Path origin() {
        CodeSource source = OwnClasses.class.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return null;
        }
        try {
            URI uri = source.getLocation().toURI();
            if (!"file".equals(uri.getScheme())) {
                return null;
            }
            Path path = Path.of(uri);
            if (Files.isDirectory(path)) {
                return Files.exists(path.resolve(MAIN + ".class")) ? path : null;
            }
            if (!Files.isRegularFile(path)) {
                return null;
            }
            try (java.util.jar.JarFile jar = new java.util.jar.JarFile(path.toFile())) {
                return jar.getEntry(MAIN + ".class") != null ? path : null;
            }
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException | IOException e) {
            return null; // copied then
        }
    }

    /** Copies the classes that the reading process needs into a new jar. */
    static void copyTo(Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar, StandardOpenOption.CREATE_NEW);
                JarOutputStream out = new JarOutputStream(file)) {
            Set<String> seen = new HashSet<>(Set.of(MAIN));
            Queue<String> next = new ArrayDeque<>(seen);
            while (!next.isEmpty()) {
                String name = next.remove();
                byte[] bytes = bytes(name);
                out.putNextEntry(new JarEntry(name + ".class"));
                out.write(bytes);
                out.closeEntry();
                for (String other : namesIn(bytes)) {
                    if (other.startsWith(PACKAGE) && seen.add(other)) {
                        next.add(other);
                    }
                }
            }
        }
    }

    private static byte[] bytes(String name) throws IOException {
        ClassLoader loader = OwnClasses.class.getClassLoader();
        try (InputStream in = loader.getResourceAsStream(name + ".class")) {
            if (in == null) {
                throw new IOException("guard-heap is incomplete: it has no class " + name);
            }
            return in.readAllBytes();
        }
    }

    /** The classes that a class file refers to, by its table of constants. */
    private static Set<String> namesIn(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        in.readLong(); // magic and version
        int count = in.readUnsignedShort();
        String[] texts = new String[count];
        Set<Integer> classes = new HashSet<>();
        for (int i = 1; i < count; i++) {
            switch (in.readUnsignedByte()) {
                case 1 -> texts[i] = in.readUTF();
                case 5, 6 -> {
                    in.readLong();
                    i++; // takes two places
                }
                case 7 -> classes.add(in.readUnsignedShort());
                case 8, 16, 19, 20 -> in.readUnsignedShort();
                case 15 -> {
                    in.readUnsignedByte();
                    in.readUnsignedShort();
                }
                default -> in.readInt();
            }
        }
        Set<String> names = new HashSet<>();
        for (int at : classes) {
            String name = texts[at];
            if (name != null) {
                names.add(name.startsWith("[") ? name.replaceAll("^\\[+L|;$", "") : name);
            }
        }
        return names;
    }
}
