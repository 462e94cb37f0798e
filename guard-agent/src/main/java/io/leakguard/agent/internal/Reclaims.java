package io.leakguard.agent.internal;

import io.leakguard.ResourceKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the JDK closes what was collected: in the cleaning actions of its own classes. {@code FileCleanable} runs for
 * collected descriptors only; the others run at an explicit close too, on another thread than the cleaner's.
 */
final class Reclaims {

    static final String ZIP = "java/util/zip/ZipFile$CleanableResource";
    static final String INFLATER = "java/util/zip/Inflater$InflaterZStreamRef";
    static final String DEFLATER = "java/util/zip/Deflater$DeflaterZStreamRef";
    private static final String FILE = "java/io/FileCleanable";
    private static final String CHANNEL = "sun/nio/ch/FileChannelImpl$Closer";
    private static final String SOCKET = "sun/nio/ch/NioSocketImpl";
    private static final String DATAGRAM = "sun/nio/ch/DatagramChannelImpl";
    private static final String FD = "Ljava/io/FileDescriptor;";

    /** The thread of the JDK's that runs these after a collection. */
    static final String CLEANER = "Common-Cleaner";

    private static final Map<ResourceKind, String> TYPES = types();

    private Reclaims() {}

    private static Map<ResourceKind, String> types() {
        Map<ResourceKind, String> types = new HashMap<>();
        types.put(ResourceKind.FILE_INPUT, FILE);
        types.put(ResourceKind.FILE_OUTPUT, FILE);
        types.put(ResourceKind.FILE_RANDOM_ACCESS, FILE);
        types.put(ResourceKind.FILE_CHANNEL, CHANNEL);
        types.put(ResourceKind.SOCKET, SOCKET);
        types.put(ResourceKind.SERVER_SOCKET, SOCKET);
        types.put(ResourceKind.DATAGRAM_SOCKET, DATAGRAM);
        types.put(ResourceKind.DATAGRAM_CHANNEL, DATAGRAM);
        types.put(ResourceKind.ZIP_FILE, ZIP);
        types.put(AgentKinds.INFLATER, INFLATER);
        types.put(AgentKinds.DEFLATER, DEFLATER);
        return types;
    }

    static List<Point> points() {
        List<Point> points = new ArrayList<>();
        points.add(Point.reclaimed(FILE, "performCleanup", "()V", new Value.Field(Value.THIS, FILE, "fd", "I")));
        points.add(Point.reclaimed(CHANNEL, "run", "()V", new Value.Field(Value.THIS, CHANNEL, "fd", FD)));
        points.add(Point.reclaimed(SOCKET, "lambda$closerFor$*", "(" + FD + ")V", Value.THIS));
        points.add(Point.reclaimed(
                DATAGRAM, "lambda$releaserFor$*", "(" + FD + "[Lsun/nio/ch/NativeSocketAddress;)V", Value.THIS));
        for (String type : List.of(ZIP, INFLATER, DEFLATER)) {
            points.add(Point.reclaimed(type, "run", "()V", Value.THIS));
        }
        return points;
    }

    /** The class whose hook tells that a resource of a kind is closed by the JDK; null if none does. */
    static @Nullable String typeOf(ResourceKind kind) {
        return TYPES.get(kind);
    }
}
