package io.leakguard.jdbc.suite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.ClassWriter;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;

/** A driver's classes without the {@code final} of their public methods, which a view of {@link DriverViews} overrides. */
final class OpenedClasses {

    private OpenedClasses() {}

    /**
     * Writes a class that way into a folder, which is to precede the driver on the class path.
     *
     * @throws IOException if the class is not on this JVM's class path
     */
    static void write(String className, Path folder) throws IOException {
        String resource = className.replace('.', '/') + ".class";
        try (InputStream in = OpenedClasses.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException(className + " is not on the class path");
            }
            ClassWriter opened = new ClassWriter(0);
            new ClassReader(in).accept(new Opening(opened), 0);
            Path file = folder.resolve(resource);
            Files.createDirectories(file.getParent());
            Files.write(file, opened.toByteArray());
        }
    }

    private static final class Opening extends ClassVisitor {
        Opening(ClassVisitor next) {
            super(SpringAsmInfo.ASM_VERSION, next);
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] exceptions) {
            boolean isPublic = (access & Opcodes.ACC_PUBLIC) != 0;
            return super.visitMethod(
                    isPublic ? access & ~Opcodes.ACC_FINAL : access, name, descriptor, signature, exceptions);
        }
    }
}
