package io.leakguard.agent.internal;

import io.leakguard.ResourceKind;
import io.leakguard.agent.AgentLoader;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Writes the calls of the {@link HookTable} into classes of the JDK when they are loaded or retransformed. It adds no
 * branch, method or field, so that stack frames don't change and other agents can do the same.
 */
final class HookTransformer implements ClassFileTransformer {

    private static final @Nullable ClassLoader OWN = HookTransformer.class.getClassLoader();
    private static final ClassLoader PLATFORM = ClassLoader.getPlatformClassLoader();

    private final Map<String, List<Point>> points;
    private final List<Point> found = new CopyOnWriteArrayList<>();
    private final List<String> failed = new CopyOnWriteArrayList<>();

    HookTransformer(Map<String, List<Point>> points) {
        this.points = points;
    }

    static boolean isOfJdk(@Nullable ClassLoader loader) {
        return loader == null || loader == PLATFORM;
    }

    /** The points that were found in the transformed classes. */
    List<Point> found() {
        return found;
    }

    /** Whether the JDK is seen to close what it closes of a kind. */
    boolean isReclaimSeen(ResourceKind kind) {
        String type = Reclaims.typeOf(kind);
        if (type != null) {
            for (Point point : found) {
                if (point.action() == Point.Action.RECLAIMED && point.type().equals(type)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The classes that could not be transformed, each with the reason. */
    List<String> failed() {
        return failed;
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            @Nullable String name,
            @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain,
            byte[] bytes) {
        if (name == null || !isOfJdk(loader)) {
            if (loader != null && loader != OWN) {
                seen(loader, name);
            }
            return null;
        }
        List<Point> ofType = points.get(name);
        return ofType == null ? null : transform(name, bytes, ofType);
    }

    private static void seen(ClassLoader loader, @Nullable String name) {
        if ("org/slf4j/LoggerFactory".equals(name)) {
            AppLog.loading(loader);
        } else if (Tracing.CONTEXT.equals(name)) {
            Tracing.loading(loader);
        }
    }

    private byte @Nullable [] transform(String name, byte[] bytes, List<Point> ofType) {
        try {
            ClassReader reader = new ClassReader(bytes);
            ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
            List<Point> matched = new ArrayList<>();
            reader.accept(new Weaver(writer, ofType, matched), 0);
            if (matched.isEmpty()) {
                return null;
            }
            byte[] result = writer.toByteArray();
            found.addAll(matched);
            return result;
        } catch (Throwable t) {
            failed.add(name.replace('/', '.') + ": " + t);
            return null;
        }
    }

    private static final class Weaver extends ClassVisitor {
        private final List<Point> points;
        private final List<Point> matched;

        Weaver(ClassVisitor next, List<Point> points, List<Point> matched) {
            super(Opcodes.ASM9, next);
            this.points = points;
            this.matched = matched;
        }

        @Override
        public @Nullable MethodVisitor visitMethod(
                int access,
                String name,
                String descriptor,
                @Nullable String signature,
                String @Nullable [] exceptions) {
            MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
            if ((access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE)) != 0) {
                return next;
            }
            for (Point point : points) {
                if (point.is(name, descriptor)) {
                    matched.add(point);
                    next = new Call(next, point);
                }
            }
            return next;
        }
    }

    /** Writes one call. */
    private static final class Call extends MethodVisitor {
        private final Point point;

        Call(@Nullable MethodVisitor next, Point point) {
            super(Opcodes.ASM9, next);
            this.point = point;
        }

        @Override
        public void visitCode() {
            super.visitCode();
            if (point.action().atEntry) {
                call();
            }
        }

        @Override
        public void visitInsn(int opcode) {
            if (!point.action().atEntry && opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
                call();
            }
            super.visitInsn(opcode);
        }

        private void call() {
            if (point.action() != Point.Action.FAILED) {
                push(point.handle());
            }
            Hook hook = point.hook();
            if (hook != null) {
                super.visitIntInsn(Opcodes.BIPUSH, hook.number());
                Value next = point.orNext();
                if (next != null) {
                    push(next);
                    super.visitInsn(Opcodes.IADD);
                }
            }
            switch (point.action()) {
                case OPENED, OPENED_FIRST -> {
                    push(point.detail());
                    push(point.fd());
                    push(point.owner());
                }
                case DETAIL, DETAIL_AFTER -> push(point.detail());
                default -> {}
            }
            super.visitMethodInsn(
                    Opcodes.INVOKESTATIC,
                    AgentLoader.BRIDGE_IN_JDK,
                    point.action().name,
                    point.action().descriptor,
                    false);
        }

        private void box() {
            super.visitMethodInsn(
                    Opcodes.INVOKESTATIC, "java/lang/Integer", "valueOf", "(I)Ljava/lang/Integer;", false);
        }

        private void push(Value value) {
            if (value instanceof Value.Argument argument) {
                if ("Z".equals(argument.as())) {
                    super.visitVarInsn(Opcodes.ILOAD, argument.slot());
                    return;
                }
                if ("I".equals(argument.as())) {
                    super.visitVarInsn(Opcodes.ILOAD, argument.slot());
                    box();
                    return;
                }
                super.visitVarInsn(Opcodes.ALOAD, argument.slot());
                String as = argument.as();
                if (as != null) {
                    super.visitTypeInsn(Opcodes.CHECKCAST, as);
                }
            } else if (value instanceof Value.Field field) {
                push(field.of());
                super.visitFieldInsn(Opcodes.GETFIELD, field.owner(), field.name(), field.descriptor());
                if (field.descriptor().equals("I")) {
                    box();
                }
            } else if (value instanceof Value.Result) {
                super.visitInsn(Opcodes.DUP);
            } else {
                super.visitInsn(Opcodes.ACONST_NULL);
            }
        }
    }
}
