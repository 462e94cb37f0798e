package io.leakguard.internal.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.leakguard.LeakGuard;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ByteChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** On the JDK that runs it: each wrapper overrides all that its type has, and each override calls the delegate's. */
class ForwardingTest {

    private static final String PACKAGE = Wrap.class.getPackageName();

    /** What is not overridden, and why that is right. */
    private static final Map<String, String> INHERITED = Map.of(
            "GuardedBufferedReader.lines()",
            "reads by this object's readLine, which forwards, and keeps this object reachable meanwhile",
            "GuardedFileLock.acquiredBy()",
            "answers the channel that the constructor was given: the handle",
            "GuardedStream.gather(Gatherer)",
            "overridden by the subclass that is made at run time: see below",
            "GuardedFileChannel.map(MapMode,long,long,Arena)",
            "overridden by the subclass that is made at run time: see below");

    /** Overrides that call a method of another name, and which. */
    private static final Map<String, String> RENAMED = Map.of("implCloseChannel", "close");

    /** The classes, by what they wrap. */
    private static Map<Class<?>, Class<?>> wrappers() {
        Map<Class<?>, Class<?>> all = new LinkedHashMap<>();
        all.put(GuardedInputStream.class, InputStream.class);
        all.put(GuardedOutputStream.class, OutputStream.class);
        all.put(GuardedReader.class, Reader.class);
        all.put(GuardedBufferedReader.class, BufferedReader.class);
        all.put(GuardedWriter.class, Writer.class);
        all.put(GuardedBufferedWriter.class, BufferedWriter.class);
        all.put(GuardedFileChannel.class, FileChannel.class);
        all.put(GuardedFileLock.class, FileLock.class);
        all.put(GuardedAsyncFileChannel.class, AsynchronousFileChannel.class);
        all.put(GuardedReadableChannel.class, ReadableByteChannel.class);
        all.put(GuardedWritableChannel.class, WritableByteChannel.class);
        all.put(GuardedByteChannel.class, ByteChannel.class);
        all.put(GuardedScatteringChannel.class, ScatteringByteChannel.class);
        all.put(GuardedGatheringChannel.class, GatheringByteChannel.class);
        all.put(GuardedSeekableChannel.class, SeekableByteChannel.class);
        all.put(GuardedSocket.class, Socket.class);
        all.put(GuardedSslSocket.class, SSLSocket.class);
        all.put(GuardedServerSocket.class, ServerSocket.class);
        all.put(GuardedSslServerSocket.class, SSLServerSocket.class);
        all.put(GuardedDatagramSocket.class, DatagramSocket.class);
        all.put(GuardedSocketFactory.class, SocketFactory.class);
        all.put(GuardedSslSocketFactory.class, SSLSocketFactory.class);
        all.put(GuardedServerSocketFactory.class, ServerSocketFactory.class);
        all.put(GuardedSslServerSocketFactory.class, SSLServerSocketFactory.class);
        all.put(GuardedDirectoryStream.class, DirectoryStream.class);
        all.put(GuardedSecureDirectoryStream.class, SecureDirectoryStream.class);
        all.put(GuardedStream.class, Stream.class);
        all.put(GuardedIntStream.class, IntStream.class);
        all.put(GuardedLongStream.class, LongStream.class);
        all.put(GuardedDoubleStream.class, DoubleStream.class);
        all.put(GuardedIterator.class, Iterator.class);
        all.put(GuardedIntIterator.class, PrimitiveIterator.OfInt.class);
        all.put(GuardedLongIterator.class, PrimitiveIterator.OfLong.class);
        all.put(GuardedDoubleIterator.class, PrimitiveIterator.OfDouble.class);
        all.put(GuardedSpliterator.class, Spliterator.class);
        all.put(GuardedIntSpliterator.class, Spliterator.OfInt.class);
        all.put(GuardedLongSpliterator.class, Spliterator.OfLong.class);
        all.put(GuardedDoubleSpliterator.class, Spliterator.OfDouble.class);
        all.put(GuardedExecutorService.class, ExecutorService.class);
        all.put(GuardedScheduledExecutorService.class, ScheduledExecutorService.class);
        return all;
    }

    @TestFactory
    Stream<DynamicTest> every_overridable_method_is_overridden() {
        return wrappers().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey().getSimpleName(), () -> {
                    assertThat(e.getValue()).isAssignableFrom(e.getKey());
                    List<Method> overridable = overridable(e.getValue());
                    assertThat(overridable).hasSizeGreaterThan(1);
                    assertThat(overridable)
                            .filteredOn(m -> !isOverridden(e.getKey(), m))
                            .extracting(m -> e.getKey().getSimpleName() + "." + signature(m))
                            .allMatch(INHERITED::containsKey, "is justified");
                }));
    }

    @TestFactory
    Stream<DynamicTest> every_override_calls_the_same_method_of_the_delegate() {
        JavaClasses classes = ArchConfiguration.withThreadLocalScope(configuration -> {
            configuration.setResolveMissingDependenciesFromClassPath(false);
            return new ClassFileImporter()
                    .importPath(Path.of("target", "classes").resolve(PACKAGE.replace('.', '/')));
        });
        return wrappers().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey().getSimpleName(), () -> {
                    List<String> missing = new ArrayList<>();
                    for (Method method : overridable(e.getValue())) {
                        if (isOverridden(e.getKey(), method) && !forwards(classes, e.getKey(), method)) {
                            missing.add(signature(method));
                        }
                    }
                    assertThat(missing).isEmpty();
                }));
    }

    private static boolean forwards(JavaClasses classes, Class<?> wrapper, Method method) {
        String expected = RENAMED.getOrDefault(method.getName(), method.getName());
        for (Class<?> c = wrapper; c.getPackageName().equals(PACKAGE); c = c.getSuperclass()) {
            JavaClass imported = classes.get(c);
            String[] types = Arrays.stream(method.getParameterTypes())
                    .map(Class::getName)
                    .toArray(String[]::new);
            JavaMethod found = imported.tryGetMethod(method.getName(), types).orElse(null);
            if (found != null) {
                return found.getMethodCallsFromSelf().stream()
                        .anyMatch(call -> call.getTarget().getName().equals(expected)
                                && (!call.getTargetOwner().getPackageName().equals(PACKAGE)
                                        || call.getTargetOwner().isEquivalentTo(NewerJdk.class)));
            }
        }
        return false;
    }

    /** What a subclass could override, and toString. */
    private static List<Method> overridable(Class<?> type) {
        Map<String, Method> methods = new LinkedHashMap<>();
        List<Method> candidates = new ArrayList<>(List.of(type.getMethods()));
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            candidates.addAll(List.of(c.getDeclaredMethods()));
        }
        Set<String> sealed = new HashSet<>();
        for (Method method : candidates) {
            int modifiers = method.getModifiers();
            boolean visible = Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
            boolean ofObject = method.getDeclaringClass() == Object.class
                    && !method.getName().equals("toString");
            if (Modifier.isFinal(modifiers)) {
                sealed.add(signature(method));
            }
            if (visible && !Modifier.isStatic(modifiers) && !method.isSynthetic() && !ofObject) {
                methods.putIfAbsent(signature(method), method);
            }
        }
        methods.keySet().removeAll(sealed);
        return List.copyOf(methods.values());
    }

    private static boolean isOverridden(Class<?> wrapper, Method method) {
        for (Class<?> c = wrapper; c.getPackageName().equals(PACKAGE); c = c.getSuperclass()) {
            for (Method declared : c.getDeclaredMethods()) {
                if (signature(declared).equals(signature(method))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String signature(Method method) {
        return method.getName() + "("
                + String.join(
                        ",",
                        Arrays.stream(method.getParameterTypes())
                                .map(Class::getSimpleName)
                                .toList())
                + ")";
    }

    @Test
    void methods_of_types_that_Java_17_lacks_are_overridden_where_the_JDK_has_them(@TempDir Path dir) throws Exception {
        try (LeakGuard guard = LeakGuard.builder().log(false).build();
                FileChannel channel = guard.wrap(FileChannel.open(Files.createFile(dir.resolve("f"))));
                Stream<String> stream = guard.wrap(Stream.of("a"))) {
            assertThat(missing(channel.getClass(), FileChannel.class)).isEmpty();
            assertThat(missing(stream.getClass(), Stream.class)).isEmpty();
            assertThat(channel.getClass() != GuardedFileChannel.class)
                    .isEqualTo(has(FileChannel.class, "java.lang.foreign.Arena"));
            assertThat(stream.getClass() != GuardedStream.class)
                    .isEqualTo(has(Stream.class, "java.util.stream.Gatherer"));
        }
    }

    private static List<String> missing(Class<?> wrapper, Class<?> type) {
        return overridable(type).stream()
                .filter(m -> !isOverridden(wrapper, m))
                .map(ForwardingTest::signature)
                .toList();
    }

    private static boolean has(Class<?> type, String parameter) {
        return Arrays.stream(type.getMethods())
                .anyMatch(m -> Arrays.stream(m.getParameterTypes())
                        .anyMatch(p -> p.getName().equals(parameter)));
    }
}
