package io.leakguard.netty;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakTracker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tracker of the buffer that a retained slice was cut from, so that both are one report. Netty keeps it in
 * private fields; where those can't be read (Netty 4.2 as named modules) a leaked slice and its buffer are two reports.
 */
final class Parents {

    private static final @Nullable Class<?> DERIVED = find("io.netty.buffer.AbstractPooledDerivedByteBuf");
    private static final @Nullable Class<?> SIMPLE = find("io.netty.buffer.SimpleLeakAwareByteBuf");
    private static final @Nullable Class<?> COMPOSITE = find("io.netty.buffer.SimpleLeakAwareCompositeByteBuf");
    private static final @Nullable VarHandle PARENT = field(DERIVED, "parent", ByteBuf.class);
    private static final @Nullable VarHandle SIMPLE_LEAK = field(SIMPLE, "leak", ResourceLeakTracker.class);
    private static final @Nullable VarHandle COMPOSITE_LEAK = field(COMPOSITE, "leak", ResourceLeakTracker.class);

    private Parents() {}

    static @Nullable NettyTracker<?> of(Object derived) {
        if (PARENT == null || DERIVED == null || !(derived instanceof ByteBuf buffer)) {
            return null;
        }
        Object slice = DERIVED.isInstance(derived) ? derived : buffer.unwrap(); // a swapped one
        if (!DERIVED.isInstance(slice)) {
            return null;
        }
        Object parent = PARENT.get(slice);
        Object leak = null;
        if (SIMPLE_LEAK != null && SIMPLE != null && SIMPLE.isInstance(parent)) {
            leak = SIMPLE_LEAK.get(parent);
        } else if (COMPOSITE_LEAK != null && COMPOSITE != null && COMPOSITE.isInstance(parent)) {
            leak = COMPOSITE_LEAK.get(parent);
        }
        return leak instanceof NettyTracker<?> tracker ? tracker : null;
    }

    private static @Nullable Class<?> find(String name) {
        try {
            return Class.forName(name, false, ByteBuf.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return null; // a Netty that has changed: slices are reported by themselves
        }
    }

    private static @Nullable VarHandle field(@Nullable Class<?> in, String name, Class<?> type) {
        try {
            return in == null
                    ? null
                    : MethodHandles.privateLookupIn(in, MethodHandles.lookup()).findVarHandle(in, name, type);
        } catch (ReflectiveOperationException e) {
            return null; // a Netty that has changed, or a closed module: slices are reported by themselves
        }
    }
}
