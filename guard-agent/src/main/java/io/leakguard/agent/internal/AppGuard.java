package io.leakguard.agent.internal;

import io.leakguard.ResourceKind;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The process-wide guard of an application, reached only through types of the JDK. It is held weakly, so that an
 * undeployed application can be collected.
 */
@SuppressWarnings("unchecked")
final class AppGuard {

    private static final int LOADER = 0;
    private static final int OPENED = 1;
    private static final int CLOSED = 2;
    private static final int PART = 3;
    private static final int DETAIL = 4;
    private static final int ADOPT = 5;
    private static final int ANSWER = 6;
    /** Not of a guard that is older than this agent. */
    private static final int RECLAIMED = 7;

    private final WeakReference<Object[]> functions;
    private final WeakReference<ClassLoader> loader;
    /** The name and properties of each kind, for use in another class loader. */
    private final Map<ResourceKind, Object[]> kinds = new HashMap<>();

    AppGuard(Object[] functions) {
        this.functions = new WeakReference<>(functions);
        this.loader = new WeakReference<>((ClassLoader) functions[LOADER]);
        for (Hook hook : Hook.values()) {
            kinds.put(hook.kind, named(hook.kind));
        }
    }

    private static Object[] named(ResourceKind kind) {
        return new Object[] {kind.name(), kind.atCollection().name(), kind.end()};
    }

    boolean isAlive() {
        return functions.get() != null;
    }

    boolean isOf(ClassLoader other) {
        return loader.refersTo(other);
    }

    boolean isOfSameLoader(AppGuard other) {
        ClassLoader its = other.loader.get();
        return its != null && loader.refersTo(its);
    }

    boolean opened(Object handle, ResourceKind kind, @Nullable Object description, @Nullable Object descriptors) {
        Object[] to = functions.get();
        return to != null
                && Boolean.TRUE.equals(((BiFunction<Object, Object[], Object>) to[OPENED])
                        .apply(handle, data(kind, description, descriptors)));
    }

    private @Nullable Object[] data(ResourceKind kind, @Nullable Object description, @Nullable Object descriptors) {
        Object[] known = kinds.get(kind);
        Object[] name = known != null ? known : named(kind);
        return new @Nullable Object[] {name[0], name[1], name[2], description, descriptors};
    }

    boolean closed(Object handle) {
        Object[] to = functions.get();
        return to != null && ((Predicate<Object>) to[CLOSED]).test(handle);
    }

    boolean part(Object handle) {
        Object[] to = functions.get();
        return to != null && ((Predicate<Object>) to[PART]).test(handle);
    }

    void detail(Object handle, Object detail) {
        Object[] to = functions.get();
        if (to != null) {
            ((BiConsumer<Object, Object>) to[DETAIL]).accept(handle, detail);
        }
    }

    void reclaimed(Object key) {
        Object[] to = functions.get();
        if (to != null && to.length > RECLAIMED) {
            ((Consumer<Object>) to[RECLAIMED]).accept(key);
        }
    }

    /** {@code released} is what the agent's table has given away. */
    boolean adopt(Object handle, @Nullable Object[] released) {
        Object[] to = functions.get();
        if (to != null && released[0] instanceof ResourceKind kind) {
            @Nullable Object[] data = new @Nullable Object[9];
            System.arraycopy(data(kind, released[1], released[2]), 0, data, 0, 5);
            System.arraycopy(released, 3, data, 5, 4);
            return Boolean.TRUE.equals(((BiFunction<Object, Object[], Object>) to[ADOPT]).apply(handle, data));
        }
        return false;
    }

    @Nullable
    Object answer(String question) {
        Object[] to = functions.get();
        return to == null ? null : ((Function<String, @Nullable Object>) to[ANSWER]).apply(question);
    }
}
