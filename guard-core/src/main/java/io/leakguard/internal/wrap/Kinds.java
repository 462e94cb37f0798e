package io.leakguard.internal.wrap;

import io.leakguard.ResourceKind;
import java.io.FileInputStream;
import java.io.FileOutputStream;
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
import java.util.concurrent.ExecutorService;
import java.util.stream.BaseStream;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** The kind of a resource, by its class. */
final class Kinds {
    private Kinds() {}

    static ResourceKind of(Object resource) {
        return of(resource, null);
    }

    /** {@code as} is the interface that it is wrapped as. */
    static ResourceKind of(Object resource, @Nullable Class<?> as) {
        if (resource instanceof InputStream) {
            return resource instanceof FileInputStream ? ResourceKind.FILE_INPUT : ResourceKind.INPUT_STREAM;
        }
        if (resource instanceof OutputStream) {
            return resource instanceof FileOutputStream ? ResourceKind.FILE_OUTPUT : ResourceKind.OUTPUT_STREAM;
        }
        if (resource instanceof Reader) {
            return ResourceKind.READER;
        }
        if (resource instanceof Writer) {
            return ResourceKind.WRITER;
        }
        if (resource instanceof Channel channel) {
            return ofChannel(channel);
        }
        if (resource instanceof Socket) {
            return ResourceKind.SOCKET;
        }
        if (resource instanceof ServerSocket) {
            return ResourceKind.SERVER_SOCKET;
        }
        if (resource instanceof DatagramSocket) {
            return ResourceKind.DATAGRAM_SOCKET;
        }
        if (resource instanceof DirectoryStream<?>) {
            return ResourceKind.DIRECTORY_STREAM;
        }
        if (resource instanceof BaseStream<?, ?>) {
            return ResourceKind.STREAM;
        }
        if (resource instanceof Selector) {
            return ResourceKind.SELECTOR;
        }
        if (resource instanceof RandomAccessFile) {
            return ResourceKind.FILE_RANDOM_ACCESS;
        }
        if (resource instanceof ExecutorService) {
            return ResourceKind.EXECUTOR;
        }
        if (resource instanceof Process) {
            return ResourceKind.PROCESS;
        }
        if (resource instanceof URLClassLoader) {
            return ResourceKind.CLASS_LOADER;
        }
        if (resource instanceof ZipFile) {
            return ResourceKind.ZIP_FILE;
        }
        if (resource instanceof FileSystem) {
            return ResourceKind.FILE_SYSTEM;
        }
        if (resource instanceof WatchService) {
            return ResourceKind.WATCH_SERVICE;
        }
        return LibraryKinds.of(resource, as);
    }

    private static ResourceKind ofChannel(Channel channel) {
        if (channel instanceof SeekableByteChannel) {
            return ResourceKind.FILE_CHANNEL;
        }
        if (channel instanceof AsynchronousFileChannel) {
            return ResourceKind.FILE_CHANNEL_ASYNC;
        }
        if (channel instanceof SocketChannel || channel instanceof AsynchronousSocketChannel) {
            return ResourceKind.SOCKET_CHANNEL;
        }
        if (channel instanceof ServerSocketChannel || channel instanceof AsynchronousServerSocketChannel) {
            return ResourceKind.SERVER_SOCKET_CHANNEL;
        }
        if (channel instanceof DatagramChannel) {
            return ResourceKind.DATAGRAM_CHANNEL;
        }
        if (channel instanceof Pipe.SourceChannel || channel instanceof Pipe.SinkChannel) {
            return ResourceKind.PIPE;
        }
        return ResourceKind.CHANNEL;
    }
}
