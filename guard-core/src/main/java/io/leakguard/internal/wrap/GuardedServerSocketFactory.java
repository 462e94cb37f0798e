package io.leakguard.internal.wrap;

import io.leakguard.internal.Engine;
import java.net.ServerSocket;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/** A factory whose sockets are guarded. It holds nothing open, so it is no resource itself. */
final class GuardedServerSocketFactory extends ForwardingServerSocketFactory {

    private final Engine engine;
    /** So that the guard does not end while this can open something. */
    @SuppressWarnings("unused")
    private final @Nullable Object life;

    private final @Nullable Object description;

    GuardedServerSocketFactory(Engine engine, ServerSocketFactory delegate, @Nullable Object description) {
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
