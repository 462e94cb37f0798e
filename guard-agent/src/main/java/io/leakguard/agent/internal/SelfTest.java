package io.leakguard.agent.internal;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import java.util.zip.ZipFile;

/**
 * Opens and closes one resource of each kind that is cheap and leaves nothing behind, and checks which hooks were
 * called. It binds, connects and writes nothing, and starts no thread or process. Kinds that need that count as hooked
 * if their methods were found.
 */
final class SelfTest {

    private static final Set<Hook> TRIED = EnumSet.of(
            Hook.FILE_INPUT,
            Hook.FILE_OUTPUT,
            Hook.RANDOM_ACCESS,
            Hook.FILE_CHANNEL,
            Hook.DIRECTORY,
            Hook.ZIP_FILE,
            Hook.SOCKET,
            Hook.SERVER_SOCKET,
            Hook.DATAGRAM_SOCKET,
            Hook.SOCKET_CHANNEL,
            Hook.SERVER_SOCKET_CHANNEL,
            Hook.DATAGRAM_CHANNEL,
            Hook.PIPE,
            Hook.SELECTOR,
            Hook.EXECUTOR,
            Hook.DIRECT_BUFFER,
            Hook.INFLATER,
            Hook.DEFLATER);

    private final Probe probe = new Probe();
    private final Set<Hook> found = EnumSet.noneOf(Hook.class);
    private final Set<String> loaded;
    private final String jar;
    private final String nothing = File.separatorChar == '/' ? "/dev/null" : "NUL";

    private SelfTest(Set<String> loaded, String jar) {
        this.loaded = loaded;
        this.jar = jar;
    }

    /** Runs on the thread that installs the agent, before the application runs. Returns the result as one line. */
    static String run(Sink sink, HookTransformer transformer, Set<String> loaded, String jar) {
        SelfTest test = new SelfTest(loaded, jar);
        sink.probe(test.probe);
        try {
            for (Hook hook : TRIED) {
                test.tryOne(hook);
            }
        } finally {
            sink.probe(null);
        }
        for (Point point : transformer.found()) {
            Hook hook = point.hook();
            if (hook != null) {
                test.found.add(hook);
            }
        }
        return test.summary();
    }

    private void tryOne(Hook hook) {
        try {
            openAndClose(hook);
        } catch (Exception | LinkageError e) {
            probe.failed(hook, "it could not be tried: " + e);
        }
    }

    /** No lambdas, since each makes a class. */
    @SuppressWarnings("StreamResourceLeak") // the test is the close itself
    private void openAndClose(Hook hook) throws IOException {
        switch (hook) {
            case FILE_INPUT -> new FileInputStream(nothing).close();
            case FILE_OUTPUT -> new FileOutputStream(nothing).close();
            case RANDOM_ACCESS -> new RandomAccessFile(nothing, "r").close();
            case FILE_CHANNEL -> FileChannel.open(Path.of(nothing)).close();
            case DIRECTORY ->
                Files.newDirectoryStream(Path.of(System.getProperty("java.home")))
                        .close();
            case ZIP_FILE -> new ZipFile(new File(jar)).close();
            case SOCKET -> {
                try (Socket socket = new Socket()) {
                    socket.getTcpNoDelay(); // makes the implementation, and connects to nobody
                }
            }
            case SERVER_SOCKET -> {
                try (ServerSocket socket = new ServerSocket()) {
                    socket.getReuseAddress();
                }
            }
            case DATAGRAM_SOCKET -> new DatagramSocket(null).close();
            case SOCKET_CHANNEL -> SocketChannel.open().close();
            case SERVER_SOCKET_CHANNEL -> ServerSocketChannel.open().close();
            case DATAGRAM_CHANNEL -> DatagramChannel.open().close();
            case PIPE -> {
                Pipe pipe = Pipe.open();
                pipe.source().close();
                pipe.sink().close();
            }
            case SELECTOR -> Selector.open().close();
            case EXECUTOR -> new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>()).shutdown();
            case DIRECT_BUFFER -> ByteBuffer.allocateDirect(1);
            case INFLATER -> new Inflater().end();
            case DEFLATER -> new Deflater().end();
            default -> throw new IllegalArgumentException(hook.name());
        }
    }

    private String summary() {
        Set<String> seen = new TreeSet<>();
        Set<String> later = new TreeSet<>();
        Map<String, String> not = new TreeMap<>();
        for (Hook hook : Hook.values()) {
            String kind = hook.kind.name();
            if (TRIED.contains(hook)) {
                String problem = probe.problem(hook);
                if (problem == null) {
                    seen.add(kind);
                } else {
                    not.put(kind, problem);
                }
            } else if (!found.contains(hook) && isLoaded(hook)) {
                not.put(kind, "its method is not found in this JDK");
            } else {
                later.add(kind);
            }
        }
        later.removeAll(seen);
        seen.removeAll(not.keySet());
        later.removeAll(not.keySet());
        List<String> problems = new ArrayList<>();
        not.forEach((kind, why) -> problems.add(kind + " (" + why + ")"));
        return "tried and seen: " + String.join(", ", seen) + " · seen from their first use: "
                + String.join(", ", later) + " · not seen: "
                + (problems.isEmpty() ? "nothing" : String.join(", ", problems));
    }

    private boolean isLoaded(Hook hook) {
        for (List<Point> points : HookTable.all().values()) {
            for (Point point : points) {
                if (point.hook() == hook && loaded.contains(point.type())) {
                    return true;
                }
            }
        }
        return false;
    }
}
