package io.leakguard.internal.wrap;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Calls the methods that JDKs newer than 17 have added; on an older one, does what their defaults do. */
final class Newer {

    private static final @Nullable MethodHandle READ_ALL_AS_STRING =
            find(Reader.class, "readAllAsString", MethodType.methodType(String.class));
    private static final @Nullable MethodHandle READ_ALL_LINES =
            find(Reader.class, "readAllLines", MethodType.methodType(List.class));
    private static final @Nullable MethodHandle CLOSE_EXECUTOR =
            find(ExecutorService.class, "close", MethodType.methodType(void.class));

    private Newer() {}

    static @Nullable MethodHandle find(Class<?> owner, String name, MethodType type) {
        try {
            return MethodHandles.publicLookup().findVirtual(owner, name, type);
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null; // an older JDK
        }
    }

    static String readAllAsString(Reader reader) throws IOException {
        MethodHandle method = READ_ALL_AS_STRING;
        if (method != null) {
            try {
                return (String) method.invokeExact(reader);
            } catch (Throwable t) {
                throw asThrown(t);
            }
        }
        StringWriter text = new StringWriter();
        reader.transferTo(text);
        return text.toString();
    }

    @SuppressWarnings("unchecked")
    static List<String> readAllLines(Reader reader) throws IOException {
        MethodHandle method = READ_ALL_LINES;
        if (method != null) {
            try {
                return (List<String>) method.invokeExact(reader);
            } catch (Throwable t) {
                throw asThrown(t);
            }
        }
        return readAllAsString(reader).lines().toList();
    }

    static void close(ExecutorService executor) {
        MethodHandle method = CLOSE_EXECUTOR;
        if (method != null) {
            try {
                method.invokeExact(executor);
                return;
            } catch (Throwable t) {
                throw asThrown(t);
            }
        }
        boolean terminated = executor.isTerminated();
        if (!terminated) {
            executor.shutdown();
            boolean interrupted = false;
            while (!terminated) {
                try {
                    terminated = executor.awaitTermination(1, TimeUnit.DAYS);
                } catch (InterruptedException e) {
                    if (!interrupted) {
                        executor.shutdownNow();
                        interrupted = true;
                    }
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static <R extends @Nullable Object> Stream<R> stream(Stream<R> stage, StreamToken token) {
        return new GuardedStream<>(stage, token);
    }

    /** Throws what the delegate threw, as it is: {@code throw asThrown(t)}. */
    static RuntimeException asThrown(Throwable thrown) {
        return sneaky(thrown);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> RuntimeException sneaky(Throwable thrown) throws X {
        throw (X) thrown;
    }
}
