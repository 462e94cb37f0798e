package com.acme.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Detachable;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.leakguard.frameworks.Tls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A server and a client of gRPC over loopback, without generated code. */
final class Service implements AutoCloseable {

    private static final MethodDescriptor<String, String> UNARY = method(MethodType.UNARY, "unary", text());
    private static final MethodDescriptor<String, String> FAILS = method(MethodType.UNARY, "fails", text());
    private static final MethodDescriptor<String, String> NEVER = method(MethodType.UNARY, "never", text());
    private static final MethodDescriptor<String, String> DOWN = method(MethodType.SERVER_STREAMING, "down", text());
    private static final MethodDescriptor<String, String> UP = method(MethodType.CLIENT_STREAMING, "up", text());
    private static final MethodDescriptor<String, String> BIDI = method(MethodType.BIDI_STREAMING, "bidi", text());
    private static final MethodDescriptor<String, String> DETACHED =
            method(MethodType.UNARY, "detached", new Detaching());
    private static final MethodDescriptor<String, String> DETACHED_STREAM =
            method(MethodType.CLIENT_STREAMING, "detached-stream", new Detaching());
    private static final MethodDescriptor<String, String> DETACHED_ANSWER =
            MethodDescriptor.<String, String>newBuilder()
                    .setType(MethodType.UNARY)
                    .setFullMethodName(MethodDescriptor.generateFullMethodName("it", "unary"))
                    .setRequestMarshaller(text())
                    .setResponseMarshaller(new Detaching())
                    .build();

    private final ExecutorService executor = Executors.newFixedThreadPool(2);
    final Server server;
    final ManagedChannel channel;

    Service(boolean tls) throws Exception {
        KeysAndTrust keys = tls ? new KeysAndTrust() : null;
        server = Grpc.newServerBuilderForPort(
                        0,
                        keys == null
                                ? InsecureServerCredentials.create()
                                : TlsServerCredentials.newBuilder()
                                        .keyManager(keys.keyManagers())
                                        .build())
                .executor(executor)
                .addService(ServerServiceDefinition.builder("it")
                        .addMethod(UNARY, ServerCalls.asyncUnaryCall(Service::unary))
                        .addMethod(DETACHED, ServerCalls.asyncUnaryCall(Service::unary))
                        .addMethod(DETACHED_STREAM, ServerCalls.asyncClientStreamingCall(Service::up))
                        .addMethod(
                                FAILS,
                                ServerCalls.asyncUnaryCall(
                                        (request, out) -> out.onError(Status.INVALID_ARGUMENT.asException())))
                        .addMethod(NEVER, ServerCalls.asyncUnaryCall((request, out) -> {}))
                        .addMethod(DOWN, ServerCalls.asyncServerStreamingCall(Service::down))
                        .addMethod(UP, ServerCalls.asyncClientStreamingCall(Service::up))
                        .addMethod(BIDI, ServerCalls.asyncBidiStreamingCall(Service::bidi))
                        .build())
                .build()
                .start();
        channel = newChannel(keys);
    }

    private ManagedChannel newChannel(KeysAndTrust keys) {
        return Grpc.newChannelBuilderForAddress(
                        "127.0.0.1",
                        server.getPort(),
                        keys == null
                                ? InsecureChannelCredentials.create()
                                : TlsChannelCredentials.newBuilder()
                                        .trustManager(keys.trust())
                                        .build())
                .executor(executor)
                .build();
    }

    // ------------------------------------------------------------------------------------------- server

    private static void unary(String request, StreamObserver<String> out) {
        out.onNext("answer to " + request);
        out.onCompleted();
    }

    private static void down(String request, StreamObserver<String> out) {
        for (int i = 0; i < 10; i++) {
            out.onNext(request + i);
        }
        out.onCompleted();
    }

    private static StreamObserver<String> up(StreamObserver<String> out) {
        return new Receiver(out, false);
    }

    private static StreamObserver<String> bidi(StreamObserver<String> out) {
        return new Receiver(out, true);
    }

    private record Receiver(StreamObserver<String> out, boolean echoes) implements StreamObserver<String> {
        @Override
        public void onNext(String value) {
            if (echoes) {
                out.onNext(value);
            }
        }

        @Override
        public void onError(Throwable t) {
            // The client has cancelled.
        }

        @Override
        public void onCompleted() {
            if (!echoes) {
                out.onNext("received");
            }
            out.onCompleted();
        }
    }

    // ------------------------------------------------------------------------------------------- client

    String unary(String request) {
        return ClientCalls.blockingUnaryCall(channel, UNARY, CallOptions.DEFAULT, request);
    }

    String detached(String request) {
        return ClientCalls.blockingUnaryCall(channel, DETACHED, CallOptions.DEFAULT, request);
    }

    /** The client takes the answer's buffer over. */
    String detachedAnswer() {
        return ClientCalls.blockingUnaryCall(channel, DETACHED_ANSWER, CallOptions.DEFAULT, "order");
    }

    /** A stream of one message. */
    String detachedStream() throws InterruptedException {
        send(DETACHED_STREAM, 1);
        return "";
    }

    private static void expect(Status.Code code, Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == code) {
                return;
            }
            throw e;
        }
        throw new AssertionError("no " + code);
    }

    /** One of a mix of legal calls. */
    void call(int i) throws InterruptedException {
        switch (i % 40) {
            case 1 ->
                expect(
                        Status.Code.INVALID_ARGUMENT,
                        () -> ClientCalls.blockingUnaryCall(channel, FAILS, CallOptions.DEFAULT, "x"));
            case 2 ->
                expect(
                        Status.Code.DEADLINE_EXCEEDED,
                        () -> ClientCalls.blockingUnaryCall(
                                channel, NEVER, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.MILLISECONDS), "x"));
            case 3 -> {
                ClientCall<String, String> call = channel.newCall(DOWN, CallOptions.DEFAULT);
                Iterator<String> answers = ClientCalls.blockingServerStreamingCall(call, "part ");
                answers.next();
                call.cancel("enough", null);
            }
            case 4, 5 -> {
                Iterator<String> answers =
                        ClientCalls.blockingServerStreamingCall(channel, DOWN, CallOptions.DEFAULT, "part ");
                while (answers.hasNext()) {
                    answers.next();
                }
            }
            case 6, 7 -> stream(UP);
            case 8, 9 -> stream(BIDI);
            default -> unary("order " + i);
        }
    }

    private void stream(MethodDescriptor<String, String> method) throws InterruptedException {
        send(method, 10);
    }

    private void send(MethodDescriptor<String, String> method, int messages) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        StreamObserver<String> answers = new StreamObserver<>() {
            @Override
            public void onNext(String value) {
                // Only the end counts.
            }

            @Override
            public void onError(Throwable t) {
                throw new IllegalStateException(t);
            }

            @Override
            public void onCompleted() {
                done.countDown();
            }
        };
        ClientCall<String, String> call = channel.newCall(method, CallOptions.DEFAULT);
        StreamObserver<String> requests = method != BIDI
                ? ClientCalls.asyncClientStreamingCall(call, answers)
                : ClientCalls.asyncBidiStreamingCall(call, answers);
        for (int i = 0; i < messages; i++) {
            requests.onNext("part " + i);
        }
        requests.onCompleted();
        if (!done.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError(method.getFullMethodName() + " was not answered in 60 s");
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (!channel.shutdown().awaitTermination(30, TimeUnit.SECONDS)
                || !server.shutdown().awaitTermination(30, TimeUnit.SECONDS)) {
            throw new AssertionError("gRPC did not end in 30 s");
        }
        executor.shutdown();
    }

    // ------------------------------------------------------------------------------------------- messages

    private static MethodDescriptor<String, String> method(
            MethodType type, String name, MethodDescriptor.Marshaller<String> request) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("it", name))
                .setRequestMarshaller(request)
                .setResponseMarshaller(text())
                .build();
    }

    private static MethodDescriptor.Marshaller<String> text() {
        return new Text();
    }

    private static class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Takes the message's buffer over, to read it without a copy, reads a part of it and never closes it. */
    private static final class Detaching extends Text {
        @Override
        public String parse(InputStream stream) {
            InputStream mine = ((Detachable) stream).detach();
            try {
                return String.valueOf(mine.read()); // PLANTED detached
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A key made just now, and a client that trusts it. */
    private static final class KeysAndTrust {
        private final javax.net.ssl.KeyManager[] keys = Tls.keyManagers().getKeyManagers();

        KeysAndTrust() throws Exception {}

        javax.net.ssl.KeyManager[] keyManagers() {
            return keys;
        }

        TrustManager trust() {
            return new TrustsAll();
        }
    }

    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
