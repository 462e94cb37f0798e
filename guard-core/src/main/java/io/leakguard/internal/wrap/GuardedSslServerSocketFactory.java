package io.leakguard.internal.wrap;

import io.leakguard.internal.Engine;
import java.net.ServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import org.jspecify.annotations.Nullable;

/** A factory whose sockets are guarded. It holds no resource, so it is none itself. */
final class GuardedSslServerSocketFactory extends ForwardingSslServerSocketFactory {

    private final Engine engine;
    /** Held so that the guard does not end while this factory can open sockets. */
    @SuppressWarnings("unused")
    private final @Nullable Object life;

    private final @Nullable Object description;

    GuardedSslServerSocketFactory(Engine engine, SSLServerSocketFactory delegate, @Nullable Object description) {
        super(delegate);
        this.engine = engine;
        this.life = engine.life();
        this.description = description;
    }

    @Override
    ServerSocket wrapped(ServerSocket socket) {
        return Wrap.serverSocket(engine, socket, description);
    }
}
