package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterators;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A call that blocks keeps its handle: nobody else references it, yet it is neither reported nor reclaimed meanwhile. */
@SuppressWarnings("StreamResourceLeak") // that is the point
class WrappedInUseTest {

    @TempDir
    Path dir;

    /** Blocks in a call on a handle that only this call references, until released; returns what it was given. */
    @FunctionalInterface
    interface Blocking {
        Object call(LeakGuard guard, CountDownLatch entered) throws Exception;
    }

    @FunctionalInterface
    interface Release {
        void run() throws Exception;
    }

    record Case(String name, Blocking blocking, Release release, Object result) {}

    /** What the guard doesn't reclaim at the end. */
    private final List<Closeable> notWrapped = new ArrayList<>();

    @AfterEach
    void closeWhatIsNotWrapped() throws IOException {
        for (Closeable c : notWrapped) {
            c.close();
        }
    }

    private List<Case> cases() throws Exception {
        PipedOutputStream pipe = new PipedOutputStream();
        PipedInputStream piped = new PipedInputStream(pipe);
        PipedOutputStream channelPipe = new PipedOutputStream();
        PipedInputStream channelPiped = new PipedInputStream(channelPipe);
        PipedWriter writer = new PipedWriter();
        PipedReader reader = new PipedReader(writer);
        InetAddress loopback = InetAddress.getLoopbackAddress();
        ServerSocket server = new ServerSocket(0, 5, loopback);
        Socket client = new Socket(loopback, server.getLocalPort());
        Socket accepted = server.accept();
        notWrapped.add(accepted);
        notWrapped.add(server);
        ServerSocket waiting = new ServerSocket(0, 5, loopback);
        DatagramSocket datagrams = new DatagramSocket(0, loopback);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        CountDownLatch mayIterate = new CountDownLatch(1);
        CountDownLatch mayProxy = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch mayList = new CountDownLatch(1);
        ExecutorService executor = Executors.newFixedThreadPool(1);
        executor.execute(() -> await(mayEnd));
        Files.createFile(dir.resolve("a"));
        return List.of(
                new Case(
                        "InputStream.read",
                        (g, in) -> {
                            in.countDown();
                            return g.wrap((InputStream) piped).read();
                        },
                        () -> {
                            pipe.write(7);
                            pipe.flush();
                        },
                        7),
                new Case(
                        "Reader.read",
                        (g, in) -> {
                            in.countDown();
                            return g.wrap(reader).read();
                        },
                        () -> {
                            writer.write('r');
                            writer.flush();
                        },
                        (int) 'r'),
                new Case(
                        "Socket.getInputStream().read",
                        (g, in) -> {
                            InputStream stream = g.wrap(client).getInputStream();
                            in.countDown();
                            return stream.read();
                        },
                        () -> accepted.getOutputStream().write(8),
                        8),
                new Case(
                        "ServerSocket.accept",
                        (g, in) -> {
                            in.countDown();
                            try (Socket socket = g.wrap(waiting).accept()) {
                                return socket.isConnected();
                            }
                        },
                        () -> new Socket(loopback, waiting.getLocalPort()).close(),
                        true),
                new Case(
                        "DatagramSocket.receive",
                        (g, in) -> {
                            DatagramPacket packet = new DatagramPacket(new byte[1], 1);
                            in.countDown();
                            g.wrap(datagrams).receive(packet);
                            return (int) packet.getData()[0];
                        },
                        () -> {
                            try (DatagramSocket sender = new DatagramSocket()) {
                                sender.send(new DatagramPacket(new byte[] {9}, 1, datagrams.getLocalSocketAddress()));
                            }
                        },
                        9),
                new Case(
                        "ReadableByteChannel.read",
                        (g, in) -> {
                            in.countDown();
                            return g.wrap(Channels.newChannel(channelPiped)).read(ByteBuffer.allocate(1));
                        },
                        () -> {
                            channelPipe.write(1);
                            channelPipe.flush();
                        },
                        1),
                new Case(
                        "Stream.forEach",
                        (g, in) -> {
                            g.wrap(blockingStream(in, mayGoOn)).map(x -> x).forEach(x -> {});
                            return "through";
                        },
                        mayGoOn::countDown,
                        "through"),
                new Case(
                        "Iterator of a Stream",
                        (g, in) -> {
                            Iterator<String> iterator =
                                    g.wrap(blockingStream(in, mayIterate)).iterator();
                            return iterator.next();
                        },
                        mayIterate::countDown,
                        "element"),
                new Case(
                        "DirectoryStream.forEach",
                        (g, in) -> {
                            g.wrap(Files.newDirectoryStream(dir)).forEach(path -> {
                                in.countDown();
                                await(mayList);
                            });
                            return "listed";
                        },
                        mayList::countDown,
                        "listed"),
                new Case(
                        "ExecutorService.invokeAll",
                        (g, in) -> {
                            in.countDown();
                            return g.wrap(executor).invokeAll(List.of(() -> 1)).size();
                        },
                        mayEnd::countDown,
                        1),
                new Case(
                        "interface",
                        (g, in) -> {
                            return g.wrap(Door.class, new Blocker(in, mayProxy)).pass();
                        },
                        mayProxy::countDown,
                        "passed"));
    }

    interface Door extends AutoCloseable {
        String pass();

        @Override
        void close();
    }

    private record Blocker(CountDownLatch entered, CountDownLatch mayGoOn) implements Door {
        @Override
        public String pass() {
            entered.countDown();
            await(mayGoOn);
            return "passed";
        }

        @Override
        public void close() {}
    }

    private static Stream<String> blockingStream(CountDownLatch entered, CountDownLatch mayGoOn) {
        return StreamSupport.stream(
                new Spliterators.AbstractSpliterator<String>(1, 0) {
                    private boolean done;

                    @Override
                    public boolean tryAdvance(Consumer<? super String> action) {
                        if (done) {
                            return false;
                        }
                        done = true;
                        entered.countDown();
                        await(mayGoOn);
                        action.accept("element");
                        return true;
                    }
                },
                false);
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody released it");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_handle_is_not_collected_during_a_call() throws Exception {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = LeakGuard.builder()
                .listener(recorder)
                .log(false)
                .reclaim(true)
                .reportInterval(Duration.ZERO)
                .build()) {
            List<Case> cases = cases();
            List<FutureTask<Object>> tasks = new ArrayList<>();
            for (Case c : cases) {
                CountDownLatch entered = new CountDownLatch(1);
                FutureTask<Object> task = new FutureTask<>(() -> c.blocking.call(guard, entered));
                tasks.add(task);
                Thread thread = new Thread(task, c.name);
                thread.setDaemon(true);
                thread.start();
                await(entered);
            }
            Gc.settle(guard);
            Gc.settle(guard);
            assertThat(recorder.reports).extracting(LeakReport::toText).isEmpty();
            for (int i = 0; i < tasks.size(); i++) {
                assertThat(tasks.get(i).isDone())
                        .as(cases.get(i).name + " blocks")
                        .isFalse();
                cases.get(i).release.run();
                assertThat(tasks.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(cases.get(i).result);
            }
            Gc.until(() -> recorder.reports.size() == cases.size()); // now they are leaks
        }
    }
}
