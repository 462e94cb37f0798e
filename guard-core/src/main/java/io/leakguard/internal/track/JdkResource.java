package io.leakguard.internal.track;

import io.leakguard.ResourceKind;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.Reader;
import java.io.Writer;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLClassLoader;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.stream.BaseStream;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The only list of the JDK's resources: the kind of each, the number of its descriptors, and how to ask whether it is
 * open. Thread-safe.
 */
public enum JdkResource {
    FILE_INPUT(ResourceKind.FILE_INPUT, 1),
    FILE_OUTPUT(ResourceKind.FILE_OUTPUT, 1),
    FILE_RANDOM_ACCESS(ResourceKind.FILE_RANDOM_ACCESS, 1),
    INPUT_STREAM(ResourceKind.INPUT_STREAM, 1),
    OUTPUT_STREAM(ResourceKind.OUTPUT_STREAM, 1),
    READER(ResourceKind.READER, 1),
    WRITER(ResourceKind.WRITER, 1),
    FILE_CHANNEL(ResourceKind.FILE_CHANNEL, 1),
    FILE_CHANNEL_ASYNC(ResourceKind.FILE_CHANNEL_ASYNC, 1),
    SOCKET_CHANNEL(ResourceKind.SOCKET_CHANNEL, 1),
    SERVER_SOCKET_CHANNEL(ResourceKind.SERVER_SOCKET_CHANNEL, 1),
    DATAGRAM_CHANNEL(ResourceKind.DATAGRAM_CHANNEL, 1),
    PIPE(ResourceKind.PIPE, 1),
    CHANNEL(ResourceKind.CHANNEL, 1),
    SOCKET(ResourceKind.SOCKET, 1),
    SERVER_SOCKET(ResourceKind.SERVER_SOCKET, 1),
    DATAGRAM_SOCKET(ResourceKind.DATAGRAM_SOCKET, 1),
    DIRECTORY_STREAM(ResourceKind.DIRECTORY_STREAM, 2),
    STREAM(ResourceKind.STREAM, 1),
    SELECTOR(ResourceKind.SELECTOR, 2),
    PROCESS(ResourceKind.PROCESS, 3),
    EXECUTOR(ResourceKind.EXECUTOR, 0),
    CLASS_LOADER(ResourceKind.CLASS_LOADER, 0),
    ZIP_FILE(ResourceKind.ZIP_FILE, 0),
    FILE_SYSTEM(ResourceKind.FILE_SYSTEM, 0),
    WATCH_SERVICE(ResourceKind.WATCH_SERVICE, 0);

    private static final Map<ResourceKind, Integer> DESCRIPTORS = new HashMap<>();

    static {
        for (JdkResource each : values()) {
            if (each.descriptors > 0) {
                DESCRIPTORS.put(each.kind, each.descriptors);
            }
        }
    }

    @SuppressWarnings("ImmutableEnumChecker") // each kind is set once, by name
    private final ResourceKind kind;

    private final int descriptors;

    JdkResource(ResourceKind kind, int descriptors) {
        this.kind = kind;
        this.descriptors = descriptors;
    }

    public ResourceKind kind() {
        return kind;
    }

    /** The number of descriptors of a resource of each JDK kind. Kinds without descriptors are left out. */
    public static Map<ResourceKind, Integer> descriptors() {
        return Map.copyOf(DESCRIPTORS);
    }

    /** The row of a resource; null if it is not the JDK's. Tests by {@code instanceof}, which is cheap in a wrap. */
    public static @Nullable JdkResource of(Object resource) {
        if (resource instanceof InputStream) {
            return resource instanceof FileInputStream ? FILE_INPUT : INPUT_STREAM;
        }
        if (resource instanceof OutputStream) {
            return resource instanceof FileOutputStream ? FILE_OUTPUT : OUTPUT_STREAM;
        }
        if (resource instanceof Reader) {
            return READER;
        }
        if (resource instanceof Writer) {
            return WRITER;
        }
        if (resource instanceof Channel) {
            return ofChannel(resource);
        }
        if (resource instanceof Socket) {
            return SOCKET;
        }
        if (resource instanceof ServerSocket) {
            return SERVER_SOCKET;
        }
        if (resource instanceof DatagramSocket) {
            return DATAGRAM_SOCKET;
        }
        if (resource instanceof DirectoryStream<?>) {
            return DIRECTORY_STREAM;
        }
        if (resource instanceof BaseStream<?, ?>) {
            return STREAM;
        }
        if (resource instanceof Selector) {
            return SELECTOR;
        }
        if (resource instanceof RandomAccessFile) {
            return FILE_RANDOM_ACCESS;
        }
        if (resource instanceof ExecutorService) {
            return EXECUTOR;
        }
        if (resource instanceof Process) {
            return PROCESS;
        }
        if (resource instanceof URLClassLoader) {
            return CLASS_LOADER;
        }
        if (resource instanceof ZipFile) {
            return ZIP_FILE;
        }
        if (resource instanceof FileSystem) {
            return FILE_SYSTEM;
        }
        return resource instanceof WatchService ? WATCH_SERVICE : null;
    }

    private static JdkResource ofChannel(Object channel) {
        if (channel instanceof SeekableByteChannel) {
            return FILE_CHANNEL;
        }
        if (channel instanceof AsynchronousFileChannel) {
            return FILE_CHANNEL_ASYNC;
        }
        if (channel instanceof SocketChannel || channel instanceof AsynchronousSocketChannel) {
            return SOCKET_CHANNEL;
        }
        if (channel instanceof ServerSocketChannel || channel instanceof AsynchronousServerSocketChannel) {
            return SERVER_SOCKET_CHANNEL;
        }
        if (channel instanceof DatagramChannel) {
            return DATAGRAM_CHANNEL;
        }
        return channel instanceof Pipe.SourceChannel || channel instanceof Pipe.SinkChannel ? PIPE : CHANNEL;
    }

    /** Tells whether a resource of this row is open; null if only the names of its methods can tell. */
    @Nullable
    Boolean isOpen(Object resource) throws IOException {
        return switch (this) {
            case FILE_INPUT -> ((FileInputStream) resource).getFD().valid();
            case FILE_OUTPUT -> ((FileOutputStream) resource).getFD().valid();
            case FILE_RANDOM_ACCESS -> ((RandomAccessFile) resource).getFD().valid();
            case FILE_CHANNEL,
                    FILE_CHANNEL_ASYNC,
                    SOCKET_CHANNEL,
                    SERVER_SOCKET_CHANNEL,
                    DATAGRAM_CHANNEL,
                    PIPE,
                    CHANNEL -> ((Channel) resource).isOpen();
            case SOCKET -> !((Socket) resource).isClosed();
            case SERVER_SOCKET -> !((ServerSocket) resource).isClosed();
            case DATAGRAM_SOCKET -> !((DatagramSocket) resource).isClosed();
            case SELECTOR -> ((Selector) resource).isOpen();
            case EXECUTOR -> !((ExecutorService) resource).isShutdown();
            case ZIP_FILE -> isOpen((ZipFile) resource);
            default -> null;
        };
    }

    private static boolean isOpen(ZipFile zip) {
        try {
            return zip.size() >= 0;
        } catch (IllegalStateException e) {
            return false; // "zip file closed"
        }
    }
}
