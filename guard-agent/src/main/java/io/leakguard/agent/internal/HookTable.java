package io.leakguard.agent.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The methods of the JDK that are hooked, by their names in JDK 17 to 25. If a method has changed its signature there
 * are several points, and one of them is found.
 */
final class HookTable {

    private static final String FD = "Ljava/io/FileDescriptor;";
    private static final String PROVIDER = "Ljava/nio/channels/spi/SelectorProvider;";
    private static final String FAMILY = "Ljava/net/ProtocolFamily;";
    private static final String ADDRESS = "Ljava/net/SocketAddress;";

    private HookTable() {}

    /** All points, by class. */
    static Map<String, List<Point>> all() {
        List<Point> points = new ArrayList<>();
        files(points);
        sockets(points);
        channels(points);
        others(points);
        processes(points);
        executors(points);
        memory(points);
        failures(points);
        points.addAll(Reclaims.points());
        Map<String, List<Point>> byType = new LinkedHashMap<>();
        for (Point point : points) {
            byType.computeIfAbsent(point.type(), type -> new ArrayList<>()).add(point);
        }
        return byType;
    }

    private static void files(List<Point> points) {
        String in = "java/io/FileInputStream";
        points.add(Point.opened(in, "<init>", "(Ljava/io/File;)V", Hook.FILE_INPUT)
                .detail("path")
                .fd("fd"));
        points.add(Point.closed(in, "close", "()V"));
        String out = "java/io/FileOutputStream";
        points.add(Point.opened(out, "<init>", "(Ljava/io/File;Z)V", Hook.FILE_OUTPUT)
                .detail("path")
                .fd("fd"));
        points.add(Point.closed(out, "close", "()V"));
        String random = "java/io/RandomAccessFile";
        points.add(Point.opened(random, "<init>", "(Ljava/io/File;Ljava/lang/String;Z)V", Hook.RANDOM_ACCESS)
                .detail("path")
                .fd("fd"));
        points.add(Point.closed(random, "close", "()V"));
        String channel = "sun/nio/ch/FileChannelImpl";
        // The last argument is the stream of the channel, if there is one. Closing either closes both.
        points.add(Point.opened(
                        channel,
                        "open",
                        "(" + FD + "Ljava/lang/String;ZZZLjava/lang/Object;)Ljava/nio/channels/FileChannel;",
                        Hook.FILE_CHANNEL)
                .detail(Value.argument(1))
                .fd(Value.argument(0))
                .owner(Value.argument(5)));
        for (String parent : List.of("Ljava/io/Closeable;", "Ljava/lang/Object;")) {
            points.add(Point.opened(
                            channel,
                            "open",
                            "(" + FD + "Ljava/lang/String;ZZZZ" + parent + ")Ljava/nio/channels/FileChannel;",
                            Hook.FILE_CHANNEL)
                    .detail(Value.argument(1))
                    .fd(Value.argument(0))
                    .owner(Value.argument(6)));
        }
        points.add(Point.closed(channel, "implCloseChannel", "()V"));
        String async = "sun/nio/ch/SimpleAsynchronousFileChannelImpl";
        String result = "Lsun/nio/ch/ThreadPool;)Ljava/nio/channels/AsynchronousFileChannel;";
        points.add(Point.opened(async, "open", "(" + FD + "ZZ" + result, Hook.ASYNC_FILE_CHANNEL)
                .fd(Value.argument(0)));
        points.add(Point.opened(async, "open", "(" + FD + "Ljava/lang/String;ZZ" + result, Hook.ASYNC_FILE_CHANNEL)
                .detail(Value.argument(1))
                .fd(Value.argument(0)));
        points.add(Point.closed(async, "close", "()V"));
    }

    private static void sockets(List<Point> points) {
        String socket = "sun/nio/ch/NioSocketImpl";
        points.add(Point.opened(socket, "create", "(Z)V", Hook.SOCKET)
                .fd("fd")
                .orNext(new Value.Field(Value.THIS, socket, "server", "Z")));
        Value accepted = new Value.Argument(1, socket);
        points.add(Point.opened(socket, "accept", "(Ljava/net/SocketImpl;)V", Hook.ACCEPTED_SOCKET)
                .handle(accepted)
                .fd(new Value.Field(accepted, socket, "fd", FD)));
        points.add(Point.detail(socket, "connect", "(" + ADDRESS + "I)V", 1));
        points.add(Point.closed(socket, "close", "()V"));
        String channel = "sun/nio/ch/SocketChannelImpl";
        points.add(Point.opened(channel, "<init>", "(" + PROVIDER + FAMILY + ")V", Hook.SOCKET_CHANNEL)
                .fd("fd"));
        points.add(Point.opened(channel, "<init>", "(" + PROVIDER + FAMILY + FD + ADDRESS + ")V", Hook.SOCKET_CHANNEL)
                .detail(Value.argument(4))
                .fd("fd"));
        points.add(Point.detail(channel, "connect", "(" + ADDRESS + ")Z", 1));
        points.add(Point.detail(channel, "blockingConnect", "(" + ADDRESS + "J)V", 1));
        String server = "sun/nio/ch/ServerSocketChannelImpl";
        points.add(Point.opened(server, "<init>", "(" + PROVIDER + FAMILY + ")V", Hook.SERVER_SOCKET_CHANNEL)
                .fd("fd"));
        points.add(Point.opened(server, "<init>", "(" + PROVIDER + FAMILY + FD + "Z)V", Hook.SERVER_SOCKET_CHANNEL)
                .fd("fd"));
        points.add(Point.detail(server, "bind", "(" + ADDRESS + "I)Ljava/nio/channels/ServerSocketChannel;", 1));
        String datagram = "sun/nio/ch/DatagramChannelImpl";
        points.add(Point.opened(datagram, "<init>", "(" + PROVIDER + FAMILY + "Z)V", Hook.DATAGRAM_SOCKET)
                .fd("fd")
                .orNext(new Value.Argument(3, "Z")));
        points.add(Point.opened(datagram, "<init>", "(" + PROVIDER + FD + ")V", Hook.DATAGRAM_CHANNEL)
                .fd("fd"));
        String async = "sun/nio/ch/UnixAsynchronousSocketChannelImpl";
        Value asyncFd = new Value.Field(Value.THIS, async, "fd", FD);
        points.add(Point.opened(async, "<init>", "(Lsun/nio/ch/Port;)V", Hook.ASYNC_SOCKET_CHANNEL)
                .fd(asyncFd));
        points.add(Point.opened(
                        async,
                        "<init>",
                        "(Lsun/nio/ch/Port;" + FD + "Ljava/net/InetSocketAddress;)V",
                        Hook.ASYNC_SOCKET_CHANNEL)
                .detail(Value.argument(3))
                .fd(asyncFd));
        points.add(Point.closed("sun/nio/ch/AsynchronousSocketChannelImpl", "close", "()V"));
        String asyncServer = "sun/nio/ch/UnixAsynchronousServerSocketChannelImpl";
        points.add(Point.opened(asyncServer, "<init>", "(Lsun/nio/ch/Port;)V", Hook.ASYNC_SERVER_SOCKET_CHANNEL)
                .fd("fd"));
        points.add(Point.closed("sun/nio/ch/AsynchronousServerSocketChannelImpl", "close", "()V"));
    }

    private static void channels(List<Point> points) {
        for (String end : List.of("sun/nio/ch/SourceChannelImpl", "sun/nio/ch/SinkChannelImpl")) {
            points.add(Point.opened(end, "<init>", "(" + PROVIDER + FD + ")V", Hook.PIPE)
                    .fd("fd"));
        }
        points.add(Point.closed("java/nio/channels/spi/AbstractSelectableChannel", "implCloseChannel", "()V"));
        String group = "sun/nio/ch/EPollPort";
        points.add(Point.opened(
                        group,
                        "<init>",
                        "(Ljava/nio/channels/spi/AsynchronousChannelProvider;Lsun/nio/ch/ThreadPool;)V",
                        Hook.CHANNEL_GROUP)
                .fd(new Value.Field(Value.THIS, group, "epfd", "I")));
        points.add(Point.closed(group, "implClose", "()V"));
        for (String selector : List.of("EPollSelectorImpl", "KQueueSelectorImpl", "WEPollSelectorImpl")) {
            String type = "sun/nio/ch/" + selector;
            Point point = Point.opened(type, "<init>", "(" + PROVIDER + ")V", Hook.SELECTOR);
            points.add(
                    selector.equals("EPollSelectorImpl")
                            ? point.fd(new Value.Field(Value.THIS, type, "epfd", "I"))
                            : point);
        }
        points.add(Point.closed("java/nio/channels/spi/AbstractSelector", "close", "()V"));
    }

    private static void others(List<Point> points) {
        String directory = "sun/nio/fs/UnixDirectoryStream";
        points.add(Point.opened(
                        directory,
                        "<init>",
                        "(Lsun/nio/fs/UnixPath;JLjava/nio/file/DirectoryStream$Filter;)V",
                        Hook.DIRECTORY)
                .detail(Value.argument(1)));
        points.add(Point.closed(directory, "closeImpl", "()Z"));
        String secure = "sun/nio/fs/UnixSecureDirectoryStream";
        points.add(Point.detail(secure, "<init>", "(Lsun/nio/fs/UnixPath;JILjava/nio/file/DirectoryStream$Filter;)V", 4)
                .handle(new Value.Field(Value.THIS, secure, "ds", "Lsun/nio/fs/UnixDirectoryStream;"))
                .detail(new Value.Argument(4, "I"))
                .action(Point.Action.DETAIL_AFTER));
        String zip = "java/util/zip/ZipFile";
        points.add(Point.opened(zip, "<init>", "(Ljava/io/File;ILjava/nio/charset/Charset;)V", Hook.ZIP_FILE)
                .detail(Value.argument(1))
                .fd(new Value.Field(Value.THIS, zip, "res", "L" + Reclaims.ZIP + ";")));
        points.add(Point.closed(zip, "close", "()V"));
        String source = "java/util/zip/ZipFile$Source";
        points.add(Point.part(
                source,
                "<init>",
                "(Ljava/util/zip/ZipFile$Source$Key;ZLjava/util/zip/ZipCoder;)V",
                new Value.Field(Value.THIS, source, "zfile", "Ljava/io/RandomAccessFile;")));
    }

    private static void processes(List<Point> points) {
        String process = "java/lang/ProcessImpl";
        // Before it learns of the process's end.
        points.add(Point.opened(process, "initStreams", "([IZ)V", Hook.PROCESS)
                .handle(Value.THIS)
                .fd(Value.argument(1))
                .first());
        points.add(Point.detail(
                        process,
                        "start",
                        "([Ljava/lang/String;Ljava/util/Map;Ljava/lang/String;[Ljava/lang/ProcessBuilder$Redirect;Z)"
                                + "Ljava/lang/Process;",
                        0)
                .handle(Value.RESULT)
                .action(Point.Action.DETAIL_AFTER));
        points.add(Point.closed(
                process, "lambda$initStreams$*", "(Ljava/lang/Integer;Ljava/lang/Throwable;)Ljava/lang/Object;"));
        String watch = "sun/nio/fs/LinuxWatchService";
        String poller = watch + "$Poller";
        points.add(
                Point.opened(poller, "<init>", "(Lsun/nio/fs/UnixFileSystem;L" + watch + ";I[I)V", Hook.WATCH_SERVICE)
                        .handle(Value.argument(2))
                        .detail(new Value.Argument(3, "I"))
                        .fd(Value.argument(4)));
        points.add(Point.opened("sun/nio/fs/PollingWatchService", "<init>", "()V", Hook.WATCH_SERVICE));
        points.add(Point.closed("sun/nio/fs/AbstractWatchService", "close", "()V"));
    }

    private static void executors(List<Point> points) {
        String pool = "java/util/concurrent/ThreadPoolExecutor";
        points.add(Point.opened(
                pool,
                "<init>",
                "(IIJLjava/util/concurrent/TimeUnit;Ljava/util/concurrent/BlockingQueue;"
                        + "Ljava/util/concurrent/ThreadFactory;Ljava/util/concurrent/RejectedExecutionHandler;)V",
                Hook.EXECUTOR));
        String forkJoin = "java/util/concurrent/ForkJoinPool";
        points.add(Point.opened(
                forkJoin,
                "<init>",
                "(ILjava/util/concurrent/ForkJoinPool$ForkJoinWorkerThreadFactory;"
                        + "Ljava/lang/Thread$UncaughtExceptionHandler;ZIIILjava/util/function/Predicate;"
                        + "JLjava/util/concurrent/TimeUnit;)V",
                Hook.EXECUTOR));
        for (String type : List.of(pool, forkJoin)) {
            points.add(Point.closed(type, "shutdown", "()V"));
            points.add(Point.closed(type, "shutdownNow", "()Ljava/util/List;"));
        }
        points.add(Point.closed(forkJoin, "close", "()V"));
        String thread = "java/lang/Thread";
        points.add(Point.opened(thread, "start", "()V", Hook.THREAD).first());
        points.add(Point.opened(thread, "start", "(Ljdk/internal/vm/ThreadContainer;)V", Hook.THREAD)
                .first());
        points.add(Point.closed(thread, "exit", "()V"));
        String client = "jdk/internal/net/http/HttpClientFacade";
        points.add(Point.opened(client, "<init>", "(Ljdk/internal/net/http/HttpClientImpl;)V", Hook.HTTP_CLIENT));
        for (String end : List.of("close", "shutdown", "shutdownNow")) {
            points.add(Point.closed(client, end, "()V"));
        }
    }

    private static void memory(List<Point> points) {
        points.add(Point.opened("java/nio/DirectByteBuffer", "<init>", "(I)V", Hook.DIRECT_BUFFER));
        points.add(Point.opened(
                "sun/nio/ch/FileChannelImpl",
                "map",
                "(Ljava/nio/channels/FileChannel$MapMode;JJ)Ljava/nio/MappedByteBuffer;",
                Hook.MAPPED_BUFFER));
        String inflater = "java/util/zip/Inflater";
        points.add(Point.opened(inflater, "<init>", "(Z)V", Hook.INFLATER)
                .fd(new Value.Field(Value.THIS, inflater, "zsRef", "L" + Reclaims.INFLATER + ";")));
        points.add(Point.closed("java/util/zip/Inflater", "end", "()V"));
        String deflater = "java/util/zip/Deflater";
        points.add(Point.opened(deflater, "<init>", "(IZ)V", Hook.DEFLATER)
                .fd(new Value.Field(Value.THIS, deflater, "zsRef", "L" + Reclaims.DEFLATER + ";")));
        points.add(Point.closed("java/util/zip/Deflater", "end", "()V"));
    }

    /** Constructors of the exceptions that the JDK throws when no descriptor is left, among other cases. */
    private static void failures(List<Point> points) {
        points.add(Point.failed("java/io/FileNotFoundException", "(Ljava/lang/String;Ljava/lang/String;)V"));
        points.add(Point.failed("java/net/SocketException", "(Ljava/lang/String;)V"));
        points.add(Point.failed("java/io/IOException", "(Ljava/lang/String;)V"));
        points.add(Point.failed("sun/nio/fs/UnixException", "(I)V"));
    }
}
