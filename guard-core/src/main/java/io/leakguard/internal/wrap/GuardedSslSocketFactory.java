package io.leakguard.internal.wrap;

import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** A factory whose sockets are guarded. It holds nothing open, so it is no resource itself. */
final class GuardedSslSocketFactory extends SSLSocketFactory {

    final SSLSocketFactory delegate;
    private final Engine engine;
    private final @Nullable Object description;

    GuardedSslSocketFactory(Engine engine, SSLSocketFactory delegate, @Nullable Object description) {
        this.delegate = delegate;
        this.engine = engine;
        this.description = description;
    }

    @Override
    public Socket createSocket() throws IOException {
        return wrapped(delegate.createSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return wrapped(delegate.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return wrapped(delegate.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return wrapped(delegate.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return wrapped(delegate.createSocket(address, port, localAddress, localPort));
    }

    private Socket wrapped(Socket socket) {
        return Wrap.socket(engine, socket, description);
    }

    @Override
    public String toString() {
        return delegate.toString();
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return delegate.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return delegate.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(Socket s, String host, int port, boolean autoClose) throws IOException {
        return Wrap.layered(engine, delegate.createSocket(s, host, port, autoClose), description, s, autoClose);
    }

    @Override
    public Socket createSocket(Socket s, @Nullable InputStream consumed, boolean autoClose) throws IOException {
        return Wrap.layered(engine, delegate.createSocket(s, consumed, autoClose), description, s, autoClose);
    }
}
