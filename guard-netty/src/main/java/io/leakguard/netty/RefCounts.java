package io.leakguard.netty;

import io.netty.buffer.AbstractReferenceCountedByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Netty's reference counts, which are private. Since 4.2 a buffer's count is a separate object, which can be read after
 * the buffer is gone.
 */
final class RefCounts {

    static final Class<?> POOLED = Contents.find(Contents.BUFFER + "PooledByteBuf");
    static final Class<?> ADAPTIVE = Contents.find(Contents.BUFFER + "AdaptivePoolingAllocator$AdaptiveByteBuf");
    private static final Class<?> COUNT = Contents.find("io.netty.util.internal.RefCnt");

    private static final @Nullable MethodHandle READ = reader();
    /** Null if counts can't be read. */
    private static final @Nullable VarHandle FIELD =
            tested(READ == null ? null : Contents.field(AbstractReferenceCountedByteBuf.class, "refCnt", COUNT));

    private RefCounts() {}

    private static @Nullable MethodHandle reader() {
        try {
            return MethodHandles.publicLookup()
                    .findStatic(COUNT, "refCnt", MethodType.methodType(int.class, COUNT))
                    .asType(MethodType.methodType(int.class, Object.class));
        } catch (ReflectiveOperationException | LinkageError e) {
            return null; // Netty 4.1, or a Netty that has changed
        }
    }

    /** Checks the field, since a changed Netty may use the same names for something else. */
    private static @Nullable VarHandle tested(@Nullable VarHandle field) {
        if (field == null) {
            return null;
        }
        try {
            ByteBuf buffer = Unpooled.buffer(1); // nobody tracks a plain byte array
            Object count = field.get((AbstractReferenceCountedByteBuf) buffer);
            int first = read(count);
            buffer.retain();
            int second = read(count);
            buffer.release(2);
            return first == 1 && second == 2 && read(count) == 0 ? field : null;
        } catch (Throwable t) {
            return null;
        }
    }

    static boolean areReadable() {
        return FIELD != null;
    }

    /** The count object of a buffer. */
    static Object of(ByteBuf buffer) {
        return Objects.requireNonNull(FIELD).get((AbstractReferenceCountedByteBuf) buffer);
    }

    static int read(Object count) throws Exception {
        try {
            return (int) Objects.requireNonNull(READ).invokeExact(count);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
