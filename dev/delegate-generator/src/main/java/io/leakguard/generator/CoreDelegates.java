package io.leakguard.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeVariableName;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.SocketException;
import java.net.SocketImpl;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import javax.lang.model.element.Modifier;

/** The delegates of guard-core: one for each type of the JDK that has its own wrapper. */
final class CoreDelegates implements Delegates {

    private static final String PACKAGE = "io.leakguard.internal.wrap";

    private static final ClassName SOCKET = ClassName.get("java.net", "Socket");
    private static final ClassName SERVER_SOCKET = ClassName.get("java.net", "ServerSocket");

    private static final List<String> STREAMS = List.of(
            "java.util.stream.Stream",
            "java.util.stream.IntStream",
            "java.util.stream.LongStream",
            "java.util.stream.DoubleStream");

    @Override
    public String packageName() {
        return PACKAGE;
    }

    @Override
    public List<Forwarding> all() {
        return List.of(
                Forwarding.of("java.io.InputStream").byHand("close", "transferTo"),
                Forwarding.of("java.io.OutputStream").byHand("close"),
                Forwarding.of("java.io.Reader").byHand("close", "transferTo"),
                Forwarding.of("java.io.Writer").byHand("close"),
                Forwarding.of("java.io.BufferedReader")
                        .superArguments(unusedBuffer(Reader.class, "nullReader"))
                        .byHand("close", "transferTo", "lines"),
                Forwarding.of("java.io.BufferedWriter")
                        .superArguments(unusedBuffer(Writer.class, "nullWriter"))
                        .byHand("close"),
                channel("FileChannel")
                        .catching(ClosedChannelException.class, "closedDirectly")
                        .byHand("implCloseChannel", "transferTo", "transferFrom", "lock", "tryLock"),
                channel("AsynchronousFileChannel")
                        .named("ForwardingAsyncFileChannel")
                        .byHand("close", "read", "write", "lock", "tryLock"),
                channel("ReadableByteChannel")
                        .named("ForwardingReadableChannel")
                        .byHand("close"),
                channel("WritableByteChannel")
                        .named("ForwardingWritableChannel")
                        .byHand("close"),
                channel("ByteChannel").byHand("close"),
                channel("ScatteringByteChannel")
                        .named("ForwardingScatteringChannel")
                        .byHand("close"),
                channel("GatheringByteChannel")
                        .named("ForwardingGatheringChannel")
                        .byHand("close"),
                channel("SeekableByteChannel")
                        .named("ForwardingSeekableChannel")
                        .byHand("close"),
                Forwarding.of("java.net.Socket")
                        .superArguments(CodeBlock.of("($T) null", SocketImpl.class))
                        .throwing(SocketException.class)
                        .byHand("close", "getChannel", "getInputStream", "getOutputStream"),
                Forwarding.of("javax.net.ssl.SSLSocket")
                        .named("ForwardingSslSocket")
                        .byHand(
                                "close",
                                "getChannel",
                                "getInputStream",
                                "getOutputStream",
                                "addHandshakeCompletedListener",
                                "removeHandshakeCompletedListener",
                                "getHandshakeApplicationProtocolSelector",
                                "setHandshakeApplicationProtocolSelector"),
                Forwarding.of("java.net.ServerSocket")
                        .superArguments(unusedImplementation("UnusedSocketImpl"))
                        .byHand("close", "getChannel", "accept"),
                Forwarding.of("javax.net.ssl.SSLServerSocket")
                        .named("ForwardingSslServerSocket")
                        .throwing(IOException.class)
                        .byHand("close", "getChannel", "accept"),
                Forwarding.of("java.net.DatagramSocket")
                        .superArguments(unusedImplementation("UnusedDatagramSocketImpl"))
                        .byHand("close", "getChannel"),
                factory("javax.net.SocketFactory", "ForwardingSocketFactory", SOCKET),
                factory("javax.net.ssl.SSLSocketFactory", "ForwardingSslSocketFactory", SOCKET)
                        .byHand(
                                "createSocket(java.net.Socket,java.lang.String,int,boolean)",
                                "createSocket(java.net.Socket,java.io.InputStream,boolean)"),
                factory("javax.net.ServerSocketFactory", "ForwardingServerSocketFactory", SERVER_SOCKET),
                factory("javax.net.ssl.SSLServerSocketFactory", "ForwardingSslServerSocketFactory", SERVER_SOCKET),
                Forwarding.of("java.util.concurrent.ExecutorService").byHand("shutdown", "shutdownNow"),
                Forwarding.of("java.util.concurrent.ScheduledExecutorService").byHand("shutdown", "shutdownNow"),
                stream("Stream", "<T>"),
                stream("IntStream", ""),
                stream("LongStream", ""),
                stream("DoubleStream", ""),
                Forwarding.of("java.util.Iterator"),
                Forwarding.of("java.util.PrimitiveIterator.OfInt").named("ForwardingIntIterator"),
                Forwarding.of("java.util.PrimitiveIterator.OfLong").named("ForwardingLongIterator"),
                Forwarding.of("java.util.PrimitiveIterator.OfDouble").named("ForwardingDoubleIterator"),
                Forwarding.of("java.util.Spliterator").byHand("trySplit"),
                Forwarding.of("java.util.Spliterator.OfInt")
                        .named("ForwardingIntSpliterator")
                        .byHand("trySplit"),
                Forwarding.of("java.util.Spliterator.OfLong")
                        .named("ForwardingLongSpliterator")
                        .byHand("trySplit"),
                Forwarding.of("java.util.Spliterator.OfDouble")
                        .named("ForwardingDoubleSpliterator")
                        .byHand("trySplit"));
    }

    private static Forwarding channel(String simpleName) {
        return Forwarding.of("java.nio.channels." + simpleName);
    }

    /** The superclass has a buffer that is never used, so it gets the smallest size. */
    private static CodeBlock unusedBuffer(Class<?> of, String method) {
        return CodeBlock.of("$T.$N(), 1", of, method);
    }

    private static CodeBlock unusedImplementation(String name) {
        return CodeBlock.of("$T.INSTANCE", ClassName.get(PACKAGE, name));
    }

    /** A factory, whose sockets are wrapped by its subclass. */
    private static Forwarding factory(String type, String className, ClassName socket) {
        return Forwarding.of(type)
                .named(className)
                .hook(MethodSpec.methodBuilder("wrapped")
                        .addModifiers(Modifier.ABSTRACT)
                        .addParameter(socket, "socket")
                        .returns(socket)
                        .build())
                .results(socket.canonicalName(), (call, method) -> CodeBlock.of("wrapped($L)", call));
    }

    /** A stage of a pipeline, whose further stages are guarded by the same token. */
    private static Forwarding stream(String simpleName, String typeArguments) {
        String type = "java.util.stream." + simpleName;
        TypeName stage = ClassName.get("java.util.stream", simpleName);
        if (!typeArguments.isEmpty()) {
            stage = ParameterizedTypeName.get((ClassName) stage, TypeVariableName.get("T"));
        }
        Forwarding forwarding = Forwarding.of(type)
                .keeping(ParameterSpec.builder(ClassName.get(PACKAGE, "StreamToken"), "token")
                        .build())
                .hook(MethodSpec.methodBuilder("same")
                        .addModifiers(Modifier.PRIVATE)
                        .addParameter(stage, "stage")
                        .returns(stage)
                        .addStatement("return stage == delegate ? this : token.stage(stage)")
                        .build())
                .byHand("close", "iterator", "spliterator")
                .results(type + typeArguments, (call, method) -> CodeBlock.of("same($L)", call));
        for (String other : STREAMS) {
            forwarding.results(other, (call, method) -> CodeBlock.of("token.stage($L)", call));
        }
        return forwarding;
    }

    @Override
    public String parameterName(Forwarding forwarding, String method, List<String> types, int index) {
        return CoreParameterNames.of(method, types, index);
    }
}
