package io.leakguard.agent.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The application's SLF4J, after the application has initialized it. The agent never initializes it, since that is the
 * application's decision. Only the guard's threads call this.
 */
final class AppLog {

    /** The longest time from the loading of SLF4J's class until it is ready. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** SLF4J has found its provider. */
    private static final int READY = 3;

    private static volatile @Nullable AppLog seen;

    private final WeakReference<ClassLoader> loader;
    private final long since = System.nanoTime();
    private volatile @Nullable MethodHandle getLogger;
    private volatile boolean useless;

    private AppLog(ClassLoader loader) {
        this.loader = new WeakReference<>(loader);
    }

    /** A class loader loads SLF4J. Called for each class, so it does almost nothing. */
    static void loading(ClassLoader loader) {
        if (seen == null) {
            seen = new AppLog(loader);
        }
    }

    static @Nullable AppLog seen() {
        return seen;
    }

    /** Whether it may still become ready. */
    boolean isAwaited() {
        return !useless && System.nanoTime() - since < PATIENCE_NANOS;
    }

    boolean isReady() {
        if (getLogger != null) {
            return true;
        }
        ClassLoader of = loader.get();
        if (useless || of == null) {
            return false;
        }
        try {
            Class<?> factory = Class.forName("org.slf4j.LoggerFactory", false, of);
            Field state = factory.getDeclaredField("INITIALIZATION_STATE");
            state.setAccessible(true);
            int now = state.getInt(null);
            if (now > READY) {
                useless = true; // it has no provider: use standard error
            }
            if (now != READY) {
                return false;
            }
            Class<?> logger = Class.forName("org.slf4j.Logger", false, of);
            getLogger = MethodHandles.publicLookup()
                    .findStatic(factory, "getLogger", MethodType.methodType(logger, String.class))
                    .asType(MethodType.methodType(Object.class, String.class));
            return true;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            useless = true; // an unknown version of SLF4J
            return false;
        }
    }

    /**
     * Logs a line.
     *
     * @return false if the application's SLF4J failed
     */
    boolean log(String level, String name, String message, @Nullable Throwable failure) {
        MethodHandle get = getLogger;
        if (get == null) {
            return false;
        }
        try {
            Object logger = get.invokeExact(name);
            Class<?> type =
                    Class.forName("org.slf4j.Logger", false, logger.getClass().getClassLoader());
            String method = switch (level) {
                case "ERROR" -> "error";
                case "WARN" -> "warn";
                default -> "info";
            };
            type.getMethod(method, String.class, Throwable.class).invoke(logger, message, failure);
            return true;
        } catch (Throwable t) {
            useless = true;
            getLogger = null;
            return false;
        }
    }
}
