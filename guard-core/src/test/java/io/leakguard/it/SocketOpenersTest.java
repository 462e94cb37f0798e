package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.WatchOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Which line opened a socket that the kernel's table shows in trouble, for each way to open one. */
@EnabledOnOs(OS.LINUX)
class SocketOpenersTest {

    private static final ResourceKind ACME = ResourceKind.of("acme.connection");

    private final List<PressureReport> reports = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> kept = new ArrayList<>();

    private final LeakGuard guard = LeakGuard.builder()
            .capture(CaptureBudget.unlimited())
            .log(false)
            .listener(new LeakListener() {
                @Override
                public void onLeak(LeakReport report) {}

                @Override
                public void onPressure(PressureReport report) {
                    reports.add(report);
                }
            })
            .build();

    @AfterEach
    void close_all() throws Exception {
        for (AutoCloseable c : kept) {
            c.close();
        }
        guard.close();
    }

    private <T extends AutoCloseable> T keep(T resource) {
        kept.add(resource);
        return resource;
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }

    // ------------------------------------------------------------------------------------------- ways to open one

    private void bySocket(ServerSocket to) throws IOException {
        keep(guard.wrap(new Socket(to.getInetAddress(), to.getLocalPort())));
    }

    private void byFactory(ServerSocket to) throws IOException {
        keep(guard.wrap(SocketFactory.getDefault()).createSocket(to.getInetAddress(), to.getLocalPort()));
    }

    private void byTlsFactory(ServerSocket to) throws IOException {
        keep(guard.wrap((SSLSocketFactory) SSLSocketFactory.getDefault())
                .createSocket(to.getInetAddress(), to.getLocalPort()));
    }

    private void byTlsOverASocketThatItOwns(ServerSocket to) throws IOException {
        Socket below = guard.wrap(new Socket(to.getInetAddress(), to.getLocalPort()));
        keep(guard.wrap((SSLSocketFactory) SSLSocketFactory.getDefault())
                .createSocket(below, "localhost", to.getLocalPort(), true));
    }

    private void byTlsOverASocketOfItsOwn(ServerSocket to) throws IOException {
        Socket below = keep(guard.wrap(new Socket(to.getInetAddress(), to.getLocalPort())));
        keep(guard.wrap((SSLSocketFactory) SSLSocketFactory.getDefault())
                .createSocket(below, "localhost", to.getLocalPort(), false));
    }

    private void byChannel(ServerSocket to) throws IOException {
        keep(guard.hold(SocketChannel.open(to.getLocalSocketAddress())));
    }

    private void byAsynchronousChannel(ServerSocket to) throws Exception {
        AsynchronousSocketChannel channel = AsynchronousSocketChannel.open();
        channel.connect(to.getLocalSocketAddress()).get(20, TimeUnit.SECONDS);
        keep(guard.hold(channel));
    }

    private void byAnAdapterThatTellsItsEnds(ServerSocket to) throws IOException {
        keep(new Acme(guard, new Socket(to.getInetAddress(), to.getLocalPort())));
    }

    private void byAccepting(ServerSocket accepting) throws IOException {
        keep(accepting.accept());
    }

    private void byAcceptingAChannel(ServerSocketChannel accepting) throws IOException {
        keep(guard.hold(accepting.accept()));
    }

    /** As an adapter of a library whose connections the guard doesn't know. */
    private static final class Acme implements AutoCloseable {
        private final Socket socket;
        private final LeakTracker tracker;

        Acme(LeakGuard guard, Socket socket) {
            this.socket = socket;
            this.tracker =
                    guard.track(this, ACME, new Probe(socket.getLocalSocketAddress(), socket.getRemoteSocketAddress()));
        }

        @Override
        public void close() throws IOException {
            tracker.close();
            socket.close();
        }

        private record Probe(SocketAddress local, SocketAddress remote) implements ResourceProbe {
            @Override
            public Ends ends() {
                return new Ends(local, remote);
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public String describe() {
                return "to " + remote;
            }
        }
    }

    @Test
    void close_wait_names_the_opener_of_every_kind_of_socket() throws Exception {
        WatchOptions options = WatchOptions.defaults()
                .withSocketInterval(Duration.ofMillis(50))
                .withCloseWaitAfter(Duration.ofMillis(500));
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                ServerSocket accepting = guard.wrap(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
                ServerSocketChannel acceptingChannel =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                ResourceWatch watch = ResourceWatch.start(guard, options)) {
            bySocket(server);
            byFactory(server);
            byTlsFactory(server);
            byTlsOverASocketThatItOwns(server);
            byTlsOverASocketOfItsOwn(server);
            byChannel(server);
            byAsynchronousChannel(server);
            byAnAdapterThatTellsItsEnds(server);
            for (int i = 0; i < 8; i++) {
                server.accept().close();
            }
            Socket client = new Socket(accepting.getInetAddress(), accepting.getLocalPort());
            byAccepting(accepting);
            client.close();
            SocketChannel clientChannel = SocketChannel.open(acceptingChannel.getLocalAddress());
            byAcceptingAChannel(acceptingChannel);
            clientChannel.close();

            await(() -> reports.stream()
                    .anyMatch(r -> r.area() == Area.CLOSE_WAIT && r.used().orElse(0) == 10));
            PressureReport report = reports.stream()
                    .filter(r -> r.used().orElse(0) == 10)
                    .findFirst()
                    .orElseThrow();
            assertThat(report.untracked()).as(report.toText()).hasValue(0);
            assertThat(report.opened())
                    .extracting(g -> g.siteText().replaceAll("\\(.*", ""))
                    .containsExactlyInAnyOrder(
                            "SocketOpenersTest.bySocket",
                            "SocketOpenersTest.byFactory",
                            "SocketOpenersTest.byTlsFactory",
                            "SocketOpenersTest.byTlsOverASocketThatItOwns",
                            "SocketOpenersTest.byTlsOverASocketOfItsOwn",
                            "SocketOpenersTest.byChannel",
                            "SocketOpenersTest.byAsynchronousChannel",
                            "SocketOpenersTest.byAnAdapterThatTellsItsEnds",
                            "SocketOpenersTest.byAccepting",
                            "SocketOpenersTest.byAcceptingAChannel");
            assertThat(report.opened()).allSatisfy(g -> {
                assertThat(g.count()).isEqualTo(1);
                assertThat(g.stack()).isNotEmpty();
            });
            assertThat(report.opened()).extracting(OpenResources.Group::kind).contains(ACME, ResourceKind.SOCKET);
            assertThat(watch.status().closeWait()).hasValue(10);
        }
    }

    private ServerSocket listen() throws IOException {
        return guard.wrap(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }

    @Test
    void a_listener_that_is_not_accepted_from_overflows_and_is_reported_with_its_opener() throws Exception {
        try (ServerSocket server = listen();
                ResourceWatch watch =
                        ResourceWatch.start(guard, WatchOptions.defaults().withSocketInterval(Duration.ofMillis(50)))) {
            // With a backlog of 1 the kernel queues two; the others' first packets are dropped.
            for (int i = 0; i < 6; i++) {
                SocketChannel client = keep(SocketChannel.open());
                client.configureBlocking(false);
                client.connect(server.getLocalSocketAddress());
            }
            String waiting = "2 waiting at 127.0.0.1:" + server.getLocalPort();
            await(() -> reports.stream()
                    .anyMatch(r -> r.area() == Area.ACCEPT_QUEUE && r.toText().contains(waiting)));
            PressureReport report = reports.stream()
                    .filter(r -> r.area() == Area.ACCEPT_QUEUE)
                    .findFirst()
                    .orElseThrow();
            assertThat(report.level()).isEqualTo(Level.HIGH);
            assertThat(report.toText())
                    .containsPattern("[1-9][0-9]* connections? refused because an accept queue was full")
                    .contains("Java's default backlog is 50");
            assertThat(report.opened()).singleElement().satisfies(g -> {
                assertThat(g.siteText()).startsWith("SocketOpenersTest.listen(");
                assertThat(g.kind()).isEqualTo(ResourceKind.SERVER_SOCKET);
            });
        }
    }
}
