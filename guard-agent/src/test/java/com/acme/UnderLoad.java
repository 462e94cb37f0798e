package com.acme;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** Opens and closes on two threads all the time. Prints the bytes of JDK classes, or leaks something, when told to. */
public final class UnderLoad {

    private static volatile boolean running = true;

    private UnderLoad() {}

    public static void main(String[] args) throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Thread thread = new Thread(UnderLoad::work, "work-" + i);
            thread.start();
            threads.add(thread);
        }
        SocketChannel.open().close(); // loads the classes that are read
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            switch (line) {
                case "bytes" ->
                    System.out.println("bytes "
                            + BytesAgent.read(
                                    FileInputStream.class,
                                    FileOutputStream.class,
                                    RandomAccessFile.class,
                                    Socket.class,
                                    ZipFile.class,
                                    Thread.class,
                                    Class.forName("sun.nio.ch.NioSocketImpl"),
                                    Class.forName("sun.nio.ch.SocketChannelImpl"),
                                    Class.forName("sun.nio.ch.FileChannelImpl"),
                                    Class.forName("sun.nio.fs.UnixDirectoryStream")));
                case "leak" -> {
                    leak();
                    System.gc();
                }
                default -> System.gc();
            }
        }
        running = false;
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("end");
    }

    private static void leak() throws IOException {
        new FileInputStream("/etc/hosts"); // leaks
    }

    private static void work() {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            while (running) {
                try (FileInputStream in = new FileInputStream("/etc/hosts");
                        Stream<Path> list = Files.list(Path.of("/etc"));
                        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                        Socket accepted = server.accept()) {
                    if (in.read() < 0 || list.findAny().isEmpty() || !client.isConnected() || accepted.isClosed()) {
                        throw new IOException("it was not open");
                    }
                }
            }
        } catch (IOException e) {
            System.out.println("failed " + e);
        }
    }
}
