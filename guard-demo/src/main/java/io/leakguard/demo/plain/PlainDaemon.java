package io.leakguard.demo.plain;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A daemon that imports, converts and ships orders, and forgets a resource in one of ten requests. A comment {@code //
 * BUG} marks each line that opens a forgotten resource. It prints the number of each bug, and ends at the end of its
 * input. With {@code plain.bugs=false} it closes everything.
 */
public final class PlainDaemon {

    private static final int REQUESTS = 200;
    private static final int THREADS = 4;
    private static final int EACH = 10;

    private final boolean bugs = !"false".equals(System.getProperty("plain.bugs"));
    private final Path spool;
    private final File archive;
    private final int port;
    private final HttpClient sharedClient = HttpClient.newHttpClient();
    private final Map<String, Integer> met = new TreeMap<>();

    private PlainDaemon(Path spool, File archive, int port) {
        this.spool = spool;
        this.archive = archive;
        this.port = port;
    }

    /**
     * Runs the daemon until its input ends.
     *
     * @param args none
     * @throws Exception if the machine refuses something
     */
    public static void main(String[] args) throws Exception {
        Path spool = Files.createTempDirectory("plain-daemon");
        File archive = spool.resolve("orders.zip").toFile();
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(archive.toPath()))) {
            out.putNextEntry(new ZipEntry("orders.csv"));
            out.write("1;apples\n".getBytes(StandardCharsets.UTF_8));
        }
        Files.writeString(spool.resolve("orders.csv"), "1;apples\n2;pears\n");
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread serving = new Thread(() -> serve(server), "warehouse");
            serving.setDaemon(true);
            serving.start();
            PlainDaemon daemon = new PlainDaemon(spool, archive, server.getLocalPort());
            daemon.handleAll();
            daemon.met.forEach((bug, times) -> System.out.println("bug " + bug + " " + times));
            System.out.println("ready");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (in.readLine() != null) {
                System.gc(); // a busy daemon collects by itself
            }
        } finally {
            try (Stream<Path> files = Files.list(spool)) {
                for (Iterator<Path> file = files.iterator(); file.hasNext(); ) {
                    Files.delete(file.next());
                }
            }
            Files.delete(spool);
        }
        System.exit(0);
    }

    private void handleAll() throws InterruptedException {
        ExecutorService workers = Executors.newFixedThreadPool(THREADS);
        for (int i = 0; i < REQUESTS; i++) {
            int request = i;
            workers.execute(() -> handle(request));
        }
        workers.shutdown();
        if (!workers.awaitTermination(2, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the requests did not end");
        }
    }

    private void handle(int request) {
        boolean forgets = bugs && request % EACH == 0;
        try {
            importOrders(forgets);
            listSpool(forgets);
            readArchive(forgets);
            ship(forgets);
            poll(forgets);
            if (request % EACH == 0) { // these take longer
                convert(forgets);
                calculate(forgets);
                ask(forgets);
            }
        } catch (IOException e) {
            System.out.println("failed " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean met(String bug, boolean forgets) {
        if (forgets) {
            met.merge(bug, 1, Integer::sum);
        }
        return forgets;
    }

    private void importOrders(boolean forgets) throws IOException {
        FileInputStream in = new FileInputStream(spool.resolve("orders.csv").toFile()); // BUG file.input
        if (in.read() == '1' && met("file.input", forgets)) {
            return; // the first order was imported already
        }
        in.close();
    }

    @SuppressWarnings("StreamResourceLeak") // it is the bug
    private void listSpool(boolean forgets) throws IOException {
        Stream<Path> files = Files.list(spool); // BUG directory.stream
        if (files.findAny().isPresent() && met("directory.stream", forgets)) {
            return;
        }
        files.close();
    }

    private void readArchive(boolean forgets) throws IOException {
        ZipFile zip = new ZipFile(archive); // BUG zip.file
        if (zip.size() == 1 && met("zip.file", forgets)) {
            return;
        }
        zip.close();
    }

    private void ship(boolean forgets) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port); // BUG socket
        socket.getOutputStream().write("ship\n".getBytes(StandardCharsets.US_ASCII));
        if (socket.getInputStream().read() >= 0 && met("socket", forgets)) {
            return;
        }
        socket.close();
    }

    private void poll(boolean forgets) throws IOException {
        Selector selector = Selector.open(); // BUG selector
        if (selector.selectNow() == 0 && met("selector", forgets)) {
            return;
        }
        selector.close();
    }

    /** The converter waits for more input, and nobody tells it that there is none. */
    private void convert(boolean forgets) throws IOException, InterruptedException {
        Process converter = new ProcessBuilder("cat").start(); // BUG process
        OutputStream to = converter.getOutputStream();
        to.write('x');
        to.flush();
        if (converter.getInputStream().read() == 'x' && met("process", forgets)) {
            return;
        }
        to.close();
        converter.waitFor();
    }

    private void calculate(boolean forgets) {
        List<Integer> prices = new ArrayList<>();
        BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
        ExecutorService pool = new ThreadPoolExecutor(0, 2, 1, TimeUnit.SECONDS, queue); // BUG executor
        pool.execute(() -> prices.add(1));
        if (met("executor", forgets)) {
            return; // its thread ends after a second, and then it is collected
        }
        pool.shutdown();
    }

    private void ask(boolean forgets) throws IOException, InterruptedException {
        HttpRequest question = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .build();
        HttpClient client = sharedClient;
        if (met("http.client", forgets)) {
            client = HttpClient.newHttpClient(); // BUG http.client
        }
        client.send(question, HttpResponse.BodyHandlers.discarding());
    }

    /** Answers one line to each connection, and closes it. */
    private static void serve(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.getInputStream().read();
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    System.out.println("failed " + e);
                }
            }
        }
    }
}
