package io.leakguard.internal.wrap;

import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** A factory whose sockets are guarded. It holds no resource, so it is none itself. */
final class GuardedSslSocketFactory extends ForwardingSslSocketFactory {

    private final Engine engine;
    /** Held so that the guard does not end while this factory can open sockets. */
    @SuppressWarnings("unused")
    private final @Nullable Object life;

    private final @Nullable Object description;

    GuardedSslSocketFactory(Engine engine, SSLSocketFactory delegate, @Nullable Object description) {
        super(delegate);
        this.engine = engine;
        this.life = engine.life();
        this.description = description;
    }

    @Override
    Socket wrapped(Socket socket) {
        return Wrap.socket(engine, socket, description);
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
