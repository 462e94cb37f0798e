package io.leakguard.internal.wrap;

import io.leakguard.internal.Engine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/** A factory whose sockets are guarded. It holds nothing open, so it is no resource itself. */
final class GuardedServerSocketFactory extends ServerSocketFactory {

    final ServerSocketFactory delegate;
    private final Engine engine;
    private final @Nullable Object description;

    GuardedServerSocketFactory(Engine engine, ServerSocketFactory delegate, @Nullable Object description) {
        this.delegate = delegate;
        this.engine = engine;
        this.description = description;
    }

    @Override
    public ServerSocket createServerSocket() throws IOException {
        return wrapped(delegate.createServerSocket());
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
        return wrapped(delegate.createServerSocket(port));
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
        return wrapped(delegate.createServerSocket(port, backlog));
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, @Nullable InetAddress ifAddress) throws IOException {
        return wrapped(delegate.createServerSocket(port, backlog, ifAddress));
    }

    private ServerSocket wrapped(ServerSocket socket) {
        return Wrap.serverSocket(engine, socket, description);
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
