package io.leakguard.internal.wrap;

import io.leakguard.internal.Engine;
import java.net.Socket;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** A factory whose sockets are guarded. It holds no resource, so it is none itself. */
final class GuardedSocketFactory extends ForwardingSocketFactory {

    private final Engine engine;
    /** Held so that the guard does not end while this factory can open sockets. */
    @SuppressWarnings("unused")
    private final @Nullable Object life;

    private final @Nullable Object description;

    GuardedSocketFactory(Engine engine, SocketFactory delegate, @Nullable Object description) {
        super(delegate);
        this.engine = engine;
        this.life = engine.life();
        this.description = description;
    }

    @Override
    Socket wrapped(Socket socket) {
        return Wrap.socket(engine, socket, description);
    }
}
