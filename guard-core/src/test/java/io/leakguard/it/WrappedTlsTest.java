package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import javax.net.ssl.HandshakeCompletedListener;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS sockets of the JDK, with a real handshake over the loopback. */
class WrappedTlsTest {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private static SSLContext context;

    private final Recorder recorder = new Recorder();
    private LeakGuard guard;
    private SSLServerSocket server;

    @BeforeAll
    static void makeKey(@TempDir Path dir) throws Exception {
        Path store = dir.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "test",
                        "-dname",
                        "CN=localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        String.valueOf(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("test", keys.getCertificate("test"));
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(trusted);
        context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    }

    @BeforeEach
    void open() throws IOException {
        guard = LeakGuard.builder().listener(recorder).log(false).reclaim(true).build();
        server = guard.wrap((SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress()));
        Thread echo = new Thread(this::echo, "echo");
        echo.setDaemon(true);
        echo.start();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        guard.close();
    }

    private void echo() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                assertThat(socket).isInstanceOf(SSLSocket.class).isInstanceOf(GuardedResource.class);
                ((SSLSocket) socket).setHandshakeApplicationProtocolSelector((s, protocols) -> protocols.get(1));
                socket.getInputStream().transferTo(socket.getOutputStream());
            } catch (IOException e) {
                // The test has ended, or the client went away.
            }
        }
    }

    private SSLSocket connect() throws IOException {
        return (SSLSocket) guard.wrap(context.getSocketFactory())
                .createSocket(InetAddress.getLoopbackAddress(), server.getLocalPort());
    }

    private static void roundTrip(Socket socket) throws IOException {
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write(42);
        socket.getOutputStream().flush();
        assertThat(socket.getInputStream().read()).isEqualTo(42);
    }

    @Test
    void a_handshake_is_completed_on_the_handle() throws Exception {
        try (SSLSocket socket = connect()) {
            CompletableFuture<Object> completed = new CompletableFuture<>();
            HandshakeCompletedListener listener = event -> completed.complete(event.getSocket());
            HandshakeCompletedListener removed = event -> completed.complete("a listener that was removed");
            socket.addHandshakeCompletedListener(removed);
            socket.addHandshakeCompletedListener(listener);
            socket.removeHandshakeCompletedListener(removed);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"one", "two"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            assertThat(completed.get(30, TimeUnit.SECONDS)).isSameAs(socket);
            assertThat(socket.getApplicationProtocol()).isEqualTo("two");
            assertThat(socket.getSession().isValid()).isTrue();
            roundTrip(socket);
        }
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
    }

    @Test
    void a_protocol_selector_sees_the_handle_and_is_given_back() throws Exception {
        try (SSLSocket socket = connect()) {
            assertThat(socket.getHandshakeApplicationProtocolSelector()).isNull();
            BiFunction<SSLSocket, List<String>, String> selector = (s, protocols) -> protocols.get(0);
            socket.setHandshakeApplicationProtocolSelector(selector);
            assertThat(socket.getHandshakeApplicationProtocolSelector()).isSameAs(selector);
            socket.setHandshakeApplicationProtocolSelector(null);
            assertThat(socket.getHandshakeApplicationProtocolSelector()).isNull();
        }
    }

    @Test
    void a_dropped_tls_socket_with_a_listener_is_reported_once() throws Exception {
        drop();
        Gc.until(() -> !recorder.reports.isEmpty());
        Gc.settle(guard);
        // The server's side, whose client was reclaimed, is closed by its loop.
        assertThat(recorder.reports).extracting(LeakReport::kind).containsExactly(ResourceKind.SOCKET);
    }

    private void drop() throws IOException {
        SSLSocket socket = connect();
        socket.addHandshakeCompletedListener(
                event -> assertThat(event.getSocket()).isSameAs(socket));
        roundTrip(socket);
    }

    @Test
    void a_tls_socket_over_a_guarded_socket_is_one_resource_if_it_owns_it() throws Exception {
        SSLSocketFactory factory = guard.wrap(context.getSocketFactory());
        Socket below = guard.wrap(new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort()));
        try (Socket above = factory.createSocket(below, "localhost", server.getLocalPort(), true)) {
            assertThat(above).isInstanceOf(SSLSocket.class).isInstanceOf(GuardedResource.class);
            assertThat(((GuardedResource) below).leakTracker().isOpen()).isFalse();
            assertThat(((GuardedResource) above).leakTracker().isOpen()).isTrue();
            roundTrip(above);
        }
        assertThat(below.isClosed()).isTrue();
        dropLayered(factory);
        Gc.until(() -> !recorder.reports.isEmpty());
        Gc.settle(guard);
        assertThat(recorder.reports).hasSize(1);
        assertThat(recorder.reports.get(0).siteText()).contains("dropLayered");
    }

    private void dropLayered(SSLSocketFactory factory) throws IOException {
        Socket below = guard.wrap(new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort()));
        factory.createSocket(below, "localhost", server.getLocalPort(), true);
    }

    @Test
    void a_tls_socket_over_a_guarded_socket_is_its_child_if_it_does_not_own_it() throws Exception {
        SSLSocketFactory factory = guard.wrap(context.getSocketFactory());
        try (Socket below = guard.wrap(new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort()))) {
            Socket above = factory.createSocket(below, "localhost", server.getLocalPort(), false);
            roundTrip(above);
            assertThat(((GuardedResource) below).leakTracker().isOpen()).isTrue();
            below.close();
            assertThat(((GuardedResource) above).leakTracker().isOpen()).isFalse();
        }
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
    }

    @Test
    void a_tls_server_socket_factory_makes_guarded_server_sockets() throws Exception {
        SSLServerSocketFactory factory = guard.wrap(context.getServerSocketFactory());
        assertThat(factory.getDefaultCipherSuites())
                .isEqualTo(context.getServerSocketFactory().getDefaultCipherSuites());
        try (SSLServerSocket made = (SSLServerSocket) factory.createServerSocket(0)) {
            assertThat(made).isInstanceOf(GuardedResource.class);
            assertThat(made.getUseClientMode()).isFalse();
            assertThat(made.getSupportedProtocols()).contains("TLSv1.3");
        }
    }
}
