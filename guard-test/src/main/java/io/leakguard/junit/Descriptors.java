package io.leakguard.junit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The process's descriptors, from Linux's {@code /proc}. Other systems show none. */
final class Descriptors {

    private static final Path SELF = Path.of("/proc/self/fd");

    private Descriptors() {}

    /** The first use of NIO's sockets opens descriptors that the JDK keeps for good. */
    static void warmUp() {
        if (!Files.isDirectory(SELF)) {
            return;
        }
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open();
                SocketChannel channel = SocketChannel.open()) {
            server.configureBlocking(false);
            channel.configureBlocking(false);
            selector.selectNow();
        } catch (IOException e) {
            // No sockets here, so no test has any.
        }
        try (AsynchronousSocketChannel channel = AsynchronousSocketChannel.open()) {
            channel.isOpen(); // the default group's
        } catch (IOException e) {
            // As above.
        }
        onVirtualThread(Descriptors::waitForNobody);
        list();
    }

    /**
     * A virtual thread that waits for a socket makes the JDK open the selectors that it keeps for all virtual threads.
     */
    private static void waitForNobody() {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(1);
            server.accept().close();
        } catch (IOException e) {
            // Nobody connects, as expected.
        }
    }

    private static void onVirtualThread(Runnable task) {
        try {
            // By name, since JDK 17 doesn't have it.
            Thread thread = (Thread)
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
            thread.join(30_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ReflectiveOperationException e) {
            // No virtual threads, so the JDK keeps no selectors for them.
        }
    }

    static boolean isSelector(String target) {
        return target.equals("anon_inode:[eventpoll]");
    }

    /**
     * The number of selectors of the JDK's HTTP clients. They are closed some seconds after their client was collected.
     */
    static long selectorsOfHttpClients() {
        return threads().stream()
                .filter(t ->
                        t.getName().startsWith("HttpClient-") && t.getName().endsWith("-SelectorManager"))
                .count();
    }

    /** All live platform threads, without stacks, which would require stopping the JVM. */
    static List<Thread> threads() {
        ThreadGroup top = Thread.currentThread().getThreadGroup();
        while (top.getParent() != null) {
            top = top.getParent();
        }
        for (int size = 2 * top.activeCount() + 16; ; size *= 2) {
            Thread[] threads = new Thread[size];
            int n = top.enumerate(threads);
            if (n < size) {
                return Arrays.asList(threads).subList(0, n);
            }
        }
    }

    /** Descriptor numbers with their targets. */
    static Map<Integer, String> list() {
        Map<Integer, String> result = new TreeMap<>();
        if (!Files.isDirectory(SELF)) {
            return result;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(SELF)) {
            for (Path entry : entries) {
                try {
                    result.put(
                            Integer.parseInt(entry.getFileName().toString()),
                            Files.readSymbolicLink(entry).toString());
                } catch (IOException e) {
                    // Closed between listing and reading, as this listing's own descriptor is.
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            result.clear(); // no descriptor is left to list with: nothing is known
        }
        return result;
    }

    /** Descriptors that the JVM and the class loaders open for themselves. */
    static boolean isNoise(String target) {
        return target.startsWith("/sys/fs/cgroup")
                || target.startsWith("/proc/")
                || target.startsWith("/dev/random")
                || target.startsWith("/dev/urandom")
                || target.startsWith("/dev/null")
                || target.startsWith("anon_inode:[eventfd]")
                || target.endsWith(".jar")
                || target.endsWith(".jmod")
                || target.endsWith(".so")
                || target.endsWith("/lib/modules")
                || target.endsWith(".jsa")
                || target.contains("/leakguard/.lock");
    }

    static String type(String target) {
        return target.startsWith("socket:")
                ? "socket"
                : target.startsWith("pipe:")
                        ? "pipe"
                        : isSelector(target) ? "selector" : target.startsWith("/") ? "file" : "other";
    }

    /**
     * The number of descriptors, by one stat. 0 if this kernel has no count (before Linux 6.2), -1 if none is visible.
     */
    static long count() {
        try {
            return Files.size(SELF);
        } catch (IOException e) {
            return -1;
        }
    }

    /** The targets of sockets. Reads the kernel's tables at the first one. */
    static final class Sockets {

        private @Nullable Map<String, String> byInode;

        String describe(String target) {
            if (!target.startsWith("socket:[")) {
                return isSelector(target) ? "selector" : target;
            }
            Map<String, String> known = byInode;
            if (known == null) {
                byInode = known = read();
            }
            return known.getOrDefault(
                    target.substring("socket:[".length(), target.length() - 1), "socket, not connected");
        }

        private static Map<String, String> read() {
            Map<String, String> result = new HashMap<>();
            for (String protocol : List.of("tcp", "tcp6", "udp", "udp6")) {
                for (String line : lines(Path.of("/proc/self/net", protocol))) {
                    String[] f = line.strip().split("\\s+", -1);
                    if (f.length > 9 && f[1].indexOf(':') > 0) {
                        String state = state(f[3]);
                        result.put(
                                f[9],
                                "socket " + protocol + " " + address(f[1])
                                        + (state.equals("LISTEN") ? "" : " → " + address(f[2])) + " " + state);
                    }
                }
            }
            for (String line : lines(Path.of("/proc/self/net/unix"))) {
                String[] f = line.strip().split("\\s+", -1);
                if (f.length > 6) {
                    result.put(f[6], "socket unix " + (f.length > 7 ? f[7] : "without a name"));
                }
            }
            return result;
        }
    }

    /**
     * The socket at which the JVM listens once a tool such as jcmd, or an agent that is loaded later, has asked for it.
     */
    static boolean isOfTheJvm(String subject) {
        return subject.startsWith("socket unix ") && subject.contains("/.java_pid");
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // absent, for instance without IPv6
        }
    }

    /** Hexadecimal words in the machine's byte order: {@code 0100007F:1F90} is 127.0.0.1:8080. */
    static String address(String hex) {
        int colon = hex.indexOf(':');
        String ip = hex.substring(0, colon);
        byte[] bytes = new byte[ip.length() / 2];
        for (int word = 0; word < bytes.length; word += 4) {
            for (int i = 0; i < 4; i++) {
                int at = 2 * (word + 3 - i);
                bytes[word + i] = (byte) Integer.parseInt(ip.substring(at, at + 2), 16);
            }
        }
        int port = Integer.parseInt(hex.substring(colon + 1), 16);
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            String host = address.isAnyLocalAddress() ? "*" : address.getHostAddress();
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        } catch (UnknownHostException e) {
            return hex; // not 4 or 16 bytes
        }
    }

    private static String state(String hex) {
        return switch (hex.toUpperCase(Locale.ROOT)) {
            case "01" -> "ESTABLISHED";
            case "06" -> "TIME_WAIT";
            case "07" -> "UNCONNECTED";
            case "08" -> "CLOSE_WAIT";
            case "0A" -> "LISTEN";
            default -> "state " + hex;
        };
    }
}
