package io.leakguard.internal.wrap;

import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Calls the methods that JDKs newer than 17 have added. On an older one, does the work of their defaults. */
final class NewerJdk {

    private static final @Nullable MethodHandle READ_ALL_AS_STRING =
            find(Reader.class, "readAllAsString", MethodType.methodType(String.class));
    private static final @Nullable MethodHandle READ_ALL_LINES =
            find(Reader.class, "readAllLines", MethodType.methodType(List.class));
    private static final @Nullable MethodHandle CLOSE_EXECUTOR =
            find(ExecutorService.class, "close", MethodType.methodType(void.class));

    /** {@code FileChannel.map(MapMode, long, long, Arena)}, of JDK 22. */
    private static final @Nullable MethodHandle MAP;

    private static final @Nullable MethodHandle NEW_FILE_CHANNEL;

    /** {@code Stream.gather(Gatherer)}, of JDK 24. */
    private static final @Nullable MethodHandle GATHER;

    private static final @Nullable MethodHandle NEW_STREAM;

    static {
        Class<?> arena = type("java.lang.foreign.Arena");
        Class<?> segment = type("java.lang.foreign.MemorySegment");
        MethodHandle map = null;
        MethodHandle newFileChannel = null;
        if (arena != null && segment != null) {
            MethodType type = MethodType.methodType(segment, FileChannel.MapMode.class, long.class, long.class, arena);
            map = find(FileChannel.class, "map", type);
            if (map != null) {
                MethodType erased = MethodType.methodType(
                        Object.class, FileChannel.MapMode.class, long.class, long.class, Object.class);
                map = map.asType(erased.insertParameterTypes(0, FileChannel.class));
                newFileChannel = Subclass.constructor(
                        GuardedFileChannel.class,
                        MethodType.methodType(
                                void.class, Engine.class, FileChannel.class, ResourceKind.class, Object.class),
                        "map",
                        type,
                        "mapSegment",
                        erased);
            }
        }
        MAP = map;
        NEW_FILE_CHANNEL = newFileChannel;

        Class<?> gatherer = type("java.util.stream.Gatherer");
        MethodHandle gather = null;
        MethodHandle newStream = null;
        if (gatherer != null) {
            MethodType type = MethodType.methodType(Stream.class, gatherer);
            gather = find(Stream.class, "gather", type);
            if (gather != null) {
                gather = gather.asType(MethodType.methodType(Stream.class, Stream.class, Object.class));
                newStream = Subclass.constructor(
                        GuardedStream.class,
                        MethodType.methodType(void.class, Stream.class, StreamToken.class),
                        "gather",
                        type,
                        "gatherStage",
                        MethodType.methodType(Stream.class, Object.class));
            }
        }
        GATHER = gather;
        NEW_STREAM = newStream;
    }

    private NewerJdk() {}

    private static @Nullable Class<?> type(String name) {
        try {
            return Class.forName(name, false, null);
        } catch (ClassNotFoundException e) {
            return null; // an older JDK
        }
    }

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

    static GuardedFileChannel fileChannel(
            Engine engine, FileChannel channel, ResourceKind kind, @Nullable Object description) {
        MethodHandle constructor = NEW_FILE_CHANNEL;
        if (constructor == null) {
            return new GuardedFileChannel(engine, channel, kind, description);
        }
        try {
            return (GuardedFileChannel) constructor.invokeExact(engine, channel, kind, description);
        } catch (Throwable t) {
            throw asThrown(t);
        }
    }

    static Object map(FileChannel channel, FileChannel.MapMode mode, long position, long size, Object arena)
            throws IOException {
        MethodHandle method = MAP;
        if (method == null) {
            throw new UnsupportedOperationException(); // as the JDK's default does
        }
        try {
            return (Object) method.invokeExact(channel, mode, position, size, arena);
        } catch (Throwable t) {
            throw asThrown(t);
        }
    }

    @SuppressWarnings("unchecked")
    static <R extends @Nullable Object> Stream<R> stream(Stream<R> stage, StreamToken token) {
        MethodHandle constructor = NEW_STREAM;
        if (constructor == null) {
            return new GuardedStream<>(stage, token);
        }
        try {
            return (GuardedStream<R>) (GuardedStream<?>) constructor.invokeExact((Stream<?>) stage, token);
        } catch (Throwable t) {
            throw asThrown(t);
        }
    }

    static Stream<?> gather(Stream<?> stream, Object gatherer) {
        MethodHandle method = GATHER;
        if (method == null) {
            throw new UnsupportedOperationException(); // no caller can exist: there are no gatherers
        }
        try {
            return (Stream<?>) method.invokeExact(stream, gatherer);
        } catch (Throwable t) {
            throw asThrown(t);
        }
    }

    /** Throws an exception of the delegate as it is: {@code throw asThrown(t)}. */
    static RuntimeException asThrown(Throwable thrown) {
        return sneaky(thrown);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> RuntimeException sneaky(Throwable thrown) throws X {
        throw (X) thrown;
    }
}
