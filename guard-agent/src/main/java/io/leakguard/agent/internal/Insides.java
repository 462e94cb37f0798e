package io.leakguard.agent.internal;

import java.io.FileDescriptor;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketImpl;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Private fields of the JDK that no method shows: the number of a descriptor, the peer of an accepted socket. */
final class Insides {

    /** Constants, so that the compiler makes each a plain load; found once the JDK's packages are open. */
    private static final class Fields {
        static final VarHandle FD;
        static final VarHandle ADDRESS;
        static final VarHandle PORT;

        static {
            try {
                Lookup io = MethodHandles.privateLookupIn(FileDescriptor.class, MethodHandles.lookup());
                Lookup net = MethodHandles.privateLookupIn(SocketImpl.class, MethodHandles.lookup());
                FD = io.findVarHandle(FileDescriptor.class, "fd", int.class);
                ADDRESS = net.findVarHandle(SocketImpl.class, "address", InetAddress.class);
                PORT = net.findVarHandle(SocketImpl.class, "port", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    private final SocketImpl anySocket;

    private Insides(SocketImpl anySocket) {
        this.anySocket = anySocket;
    }

    /** Opens the JDK's packages to the agent's classes only. */
    static void open(Instrumentation instrumentation) {
        Set<Module> agent = Set.of(Insides.class.getModule());
        Map<String, Set<Module>> opened = new HashMap<>();
        opened.put("java.lang", agent);
        Reach.PACKAGES.forEach(name -> opened.put(name, agent));
        instrumentation.redefineModule(Object.class.getModule(), Set.of(), Map.of(), opened, Set.of(), Map.of());
    }

    static Insides find() throws ReflectiveOperationException {
        Lookup net = MethodHandles.privateLookupIn(SocketImpl.class, MethodHandles.lookup());
        MethodType maker = MethodType.methodType(SocketImpl.class, boolean.class);
        SocketImpl unconnected;
        try {
            unconnected = (SocketImpl) net.findStatic(SocketImpl.class, "createPlatformSocketImpl", maker)
                    .invoke(false);
        } catch (RuntimeException | ReflectiveOperationException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
        return new Insides(unconnected);
    }

    /** The number of a descriptor; negative if it is closed. */
    int number(FileDescriptor descriptor) {
        return (int) Fields.FD.get(descriptor);
    }

    /** The peer of a socket; null if unknown. */
    @Nullable
    Object peer(SocketImpl socket) {
        InetAddress host = (InetAddress) Fields.ADDRESS.get(socket);
        int number = (int) Fields.PORT.get(socket);
        return host == null || number < 0 || number > 65_535 ? null : new Later(new InetSocketAddress(host, number));
    }

    /** A socket that is not connected, for a test of this class. */
    SocketImpl anySocket() {
        return anySocket;
    }
}
