package com.acme;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A program without a line of LeakGuard. It opens each kind some times and closes it, drops it, or keeps it; then it has the
 * garbage collected at each line that it is sent, until its input ends. A comment names the kind that a line opens.
 */
public final class Opens {

    static final int CLOSED = 5;
    static final int DROPPED = 3;
    static final int KEPT = 2;

    private interface Opener {
        Closeable open() throws IOException;
    }

    private static final List<Object> HELD = new ArrayList<>();
    private static final Map<String, Opener> ALL = new LinkedHashMap<>();
    private static final File FILE = new File("/etc/hosts");
    private static final CountDownLatch END = new CountDownLatch(1);
    private static File zip = FILE;
    private static Path scratch = Path.of("");
    private static int port;

    private Opens() {}

    public static void main(String[] args) throws Exception {
        scratch = Files.createTempFile("opens", ".txt");
        zip = File.createTempFile("opens", ".zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip.toPath()))) {
            out.putNextEntry(new ZipEntry("a.txt"));
            out.write("content".getBytes(StandardCharsets.UTF_8));
        }
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
            fill();
            for (Map.Entry<String, Opener> one : ALL.entrySet()) {
                closed(one.getValue());
                dropped(one.getValue());
                kept(one.getValue());
            }
            System.out.println("ready");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (in.readLine() != null) {
                System.gc();
                System.out.println("collected");
            }
        }
        END.countDown();
        Files.delete(scratch);
        Files.delete(zip.toPath());
        System.exit(0);
    }

    private static void closed(Opener opener) throws IOException {
        for (int i = 0; i < CLOSED; i++) {
            opener.open().close();
        }
    }

    private static void dropped(Opener opener) throws IOException {
        for (int i = 0; i < DROPPED; i++) {
            opener.open();
        }
    }

    private static void kept(Opener opener) throws IOException {
        for (int i = 0; i < KEPT; i++) {
            HELD.add(opener.open());
        }
    }

    @SuppressWarnings("StreamResourceLeak") // what this is for
    private static void fill() {
        ALL.put("file.input", () -> new FileInputStream(FILE)); // opens file.input
        ALL.put("file.output", () -> new FileOutputStream("/dev/null")); // opens file.output
        ALL.put("random", () -> new RandomAccessFile(FILE, "r")); // opens file.random_access
        ALL.put("random.channel", () -> new RandomAccessFile(FILE, "r").getChannel()); // opens file.random_access
        ALL.put("channel", () -> FileChannel.open(FILE.toPath())); // opens file.channel
        ALL.put("newInputStream", () -> Files.newInputStream(FILE.toPath())); // opens file.channel
        ALL.put("reader", () -> Files.newBufferedReader(FILE.toPath())); // opens file.channel
        ALL.put("asyncFile", () -> AsynchronousFileChannel.open(FILE.toPath())); // opens file.channel.async
        ALL.put("list", () -> Files.list(Path.of("/etc"))::close); // opens directory.stream
        ALL.put("walk", () -> Files.walk(Path.of("/etc"), 1)::close); // opens directory.stream
        ALL.put("directory", () -> Files.newDirectoryStream(Path.of("/etc"))); // opens directory.stream
        ALL.put("zip", () -> new ZipFile(zip)); // opens zip.file
        ALL.put("socket", () -> new Socket(InetAddress.getLoopbackAddress(), port)); // opens socket
        ALL.put("server", () -> new ServerSocket(0)); // opens socket.server
        ALL.put("datagram", () -> new DatagramSocket()); // opens socket.datagram
        ALL.put("socketChannel", () -> SocketChannel.open()); // opens socket.channel
        ALL.put("adaptor", () -> SocketChannel.open().socket()); // opens socket.channel
        ALL.put("serverChannel", () -> ServerSocketChannel.open()); // opens socket.channel.server
        ALL.put("datagramChannel", () -> DatagramChannel.open()); // opens socket.channel.datagram
        ALL.put("asyncSocket", () -> AsynchronousSocketChannel.open()); // runs socket.channel
        ALL.put("asyncServer", () -> AsynchronousServerSocketChannel.open()); // runs socket.channel.server
        ALL.put("selector", () -> Selector.open()); // opens selector
        ALL.put("pipe", Opens::pipe);
        ALL.put("pool", Opens::pool);
        ALL.put("forkJoin", Opens::forkJoin);
        ALL.put("inflater", Opens::inflater);
        ALL.put("deflater", Opens::deflater);
        ALL.put("accepted", Opens::accepted);
        if (Closeable.class.isAssignableFrom(HttpClient.class)
                || Runtime.version().feature() >= 21) {
            ALL.put("client", Opens::client);
        }
        ALL.put("direct", Opens::direct);
        ALL.put("mapped", Opens::mapped);
        ALL.put("watch", Opens::watch);
        ALL.put("thread", Opens::thread);
        ALL.put("process", Opens::process);
    }

    private static Closeable pipe() throws IOException {
        Pipe pipe = Pipe.open(); // opens pipe pipe
        return () -> {
            pipe.source().close();
            pipe.sink().close();
        };
    }

    private static Closeable pool() {
        BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
        ExecutorService pool = new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, queue); // opens executor
        return pool::shutdown;
    }

    private static Closeable forkJoin() {
        ForkJoinPool pool = new ForkJoinPool(1); // opens executor
        return pool::shutdown;
    }

    private static Closeable inflater() {
        Inflater inflater = new Inflater(); // opens inflater
        return inflater::end;
    }

    private static Closeable deflater() {
        Deflater deflater = new Deflater(); // opens deflater
        return deflater::end;
    }

    private static Closeable accepted() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket()) {
            client.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()));
            return server.accept(); // opens socket
        }
    }

    private static Closeable client() {
        HttpClient client = HttpClient.newHttpClient(); // opens http.client
        return () -> close(client);
    }

    private static void close(Object closeable) throws IOException {
        try {
            ((AutoCloseable) closeable).close(); // of an HttpClient since 21
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static Closeable direct() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(4_096); // holds buffer.direct
        return () -> buffer.put(0, (byte) 1);
    }

    private static Closeable mapped() throws IOException {
        try (FileChannel channel = FileChannel.open(FILE.toPath())) {
            ByteBuffer buffer = channel.map(FileChannel.MapMode.READ_ONLY, 0, 8); // holds buffer.mapped
            return () -> buffer.get(0);
        }
    }

    private static Closeable watch() throws IOException {
        return FileSystems.getDefault().newWatchService(); // runs watch.service
    }

    private static Closeable thread() {
        CountDownLatch end = new CountDownLatch(1);
        Thread thread = new Thread(() -> await(end), "worker");
        thread.setDaemon(true);
        thread.start(); // runs thread
        return () -> {
            end.countDown();
            join(thread);
        };
    }

    private static Closeable process() throws IOException {
        Process process = new ProcessBuilder("cat").start(); // runs process
        return () -> {
            process.destroyForcibly();
            try {
                process.onExit().get();
            } catch (Exception e) {
                throw new IOException(e);
            }
        };
    }

    private static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
