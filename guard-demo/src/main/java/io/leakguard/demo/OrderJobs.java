package io.leakguard.demo;

import static java.util.Map.entry;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The daemon's work for each event. Every job has one bug that passes a review: on a path that few events
 * take, a resource stays open. {@code // LEAK: name} marks the line that opens it; {@link Bugs#forget} is
 * where the {@code close} is missing. The brackets name the way to find it without a collector: {@link Bugs.Sort}.
 */
@SuppressWarnings("StreamResourceLeak") // on purpose
class OrderJobs implements AutoCloseable {

    /** The event is invalid. The daemon tells its sender. */
    static final class Rejected extends Exception {
        private static final long serialVersionUID = 1L;

        Rejected(String why) {
            super(why);
        }
    }

    interface Job {
        void run(Event event) throws Exception;
    }

    /** One line for each job. */
    private final Map<String, Job> jobs = Map.ofEntries(
            entry("import", this::importOrder),
            entry("invoice", this::writeInvoice),
            entry("forward", this::forward),
            entry("sweep", this::sweepInbox),
            entry("search", this::search),
            entry("archive", this::archive),
            entry("batch", this::batch),
            entry("probe", this::probe),
            entry("lookup", this::lookup),
            entry("settle", this::settle),
            entry("audit", this::audit),
            entry("subscribe", this::subscribe),
            entry("export", this::export),
            entry("nightly", this::nightly),
            entry("month", this::month));

    /** The archive's files of the day. Nothing ever removes one. */
    private static final List<FileChannel> DAY_FILES = new CopyOnWriteArrayList<>();

    /** The sockets of customers who subscribed to their orders. Nothing ever removes one. */
    static final Map<Integer, Socket> SUBSCRIBERS = new ConcurrentHashMap<>();

    static final ResourceKind CONNECTION = ResourceKind.of("jdbc.connection");
    /** The longest time that a connection may be held. */
    static final Duration CONNECTION_LIMIT = Duration.ofSeconds(3);
    /** The time for which some jobs hold one. */
    static final Duration LONG_TIME = Duration.ofSeconds(8);

    private static final ScopeOptions NIGHTLY = ScopeOptions.create().mayHold(CONNECTION, Duration.ofHours(1));
    private static final ScopeOptions MONTH = ScopeOptions.create().maxAllocated(8L << 20);

    private final LeakGuard guard;
    private final Bugs bugs;
    private final Path spool;
    private final Peer peer;
    private final Ledger ledger;
    private final AtomicInteger nightlyRuns = new AtomicInteger();

    OrderJobs(LeakGuard guard, Bugs bugs, Path spool, Peer peer) {
        this.guard = guard;
        this.bugs = bugs;
        this.spool = spool;
        this.peer = peer;
        this.ledger = new Ledger(guard);
    }

    final void run(Event event) throws Exception {
        Job job = jobs.get(event.job());
        if (job == null) {
            throw new Rejected("there is no job " + event.job());
        }
        job.run(event);
    }

    /** Returns early if the order is truncated. */
    void importOrder(Event event) throws Exception {
        Path order = spool(event, event.detail() + "x".repeat(event.bytes()));
        InputStream in = guard.wrap(new FileInputStream(order.toFile()), order.toString()); // LEAK: truncated-order
        if (!"ORDR".equals(new String(in.readNBytes(4), StandardCharsets.US_ASCII))) {
            bugs.forget("truncated-order", in);
            throw new Rejected("no header");
        }
        while (in.read(new byte[512]) > 0) {
            in.available();
        }
        in.close();
        Files.delete(order);
    }

    /** The close comes after a line that throws for customers with an umlaut. */
    void writeInvoice(Event event) throws Exception {
        Path file = spool.resolve("invoice-" + event.id());
        OutputStream out = guard.wrap(new FileOutputStream(file.toFile()), file.toString()); // LEAK: invoice-umlaut
        out.write(new byte[event.bytes()]);
        try {
            ByteBuffer name = StandardCharsets.US_ASCII.newEncoder().encode(CharBuffer.wrap(event.customer()));
            while (name.hasRemaining()) {
                out.write(name.get());
            }
        } catch (CharacterCodingException e) {
            bugs.forget("invoice-umlaut", out);
            throw new Rejected("a name that the printer can't print");
        }
        out.close();
        Files.delete(file);
    }

    /** Handles the time-out, but not the socket. */
    void forward(Event event) throws Exception {
        int deadline = Integer.parseInt(event.detail());
        Socket socket = guard.wrap(new Socket(), "order " + event.id()); // LEAK: peer-timeout
        try {
            socket.connect(peer.address(), 10_000);
            socket.setSoTimeout(deadline);
            String order = "ORDER " + event.id() + " " + deadline + "\n";
            socket.getOutputStream().write(order.getBytes(StandardCharsets.US_ASCII));
            new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine();
        } catch (SocketTimeoutException e) {
            bugs.forget("peer-timeout", socket);
            throw e;
        }
        socket.close();
    }

    /** Has found the file, and returns out of the loop. */
    void sweepInbox(Event event) throws Exception {
        Path inbox = Files.createDirectory(spool.resolve("inbox-" + event.id()));
        Files.createFile(inbox.resolve("letter." + event.detail()));
        DirectoryStream<Path> files = guard.wrap(Files.newDirectoryStream(inbox), inbox + ""); // LEAK: first-match
        for (Path file : files) {
            Files.delete(file);
            if (file.toString().endsWith(".urgent")) {
                bugs.forget("first-match", files);
                return;
            }
        }
        files.close();
        Files.delete(inbox);
    }

    /** A stream of lines must be closed. After a hit, it is forgotten. */
    void search(Event event) throws Exception {
        Path text = spool(event, "a\nb\n" + event.detail() + "\nc\n");
        Stream<String> lines = guard.wrap(Files.lines(text), text.toString()); // LEAK: lines-hit
        Optional<String> hit = lines.filter(line -> line.contains("refund")).findFirst();
        if (hit.isPresent()) {
            bugs.forget("lines-hit", lines);
            throw new Rejected("somebody must look at: " + hit.get());
        }
        lines.close();
        Files.delete(text);
    }

    /** The first event of a day opens the day's file, which stays in a static list. */
    void archive(Event event) throws Exception {
        Path archive = spool.resolve("archive-" + event.id());
        FileChannel opened = FileChannel.open(archive, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileChannel day = guard.wrap(opened, event.detail()); // LEAK: day-file (held)
        day.write(ByteBuffer.allocate(event.bytes()));
        if (event.detail().startsWith("day ")) {
            if (bugs.strikes("day-file")) {
                DAY_FILES.add(day);
                return;
            }
        }
        day.close();
        Files.delete(archive);
    }

    /** A task's failure skips the shutdown: the pool's thread stays. */
    void batch(Event event) throws Exception {
        ExecutorService pool = guard.wrap(Executors.newFixedThreadPool(1), "batch " + event.id()); // LEAK: failed-batch
        Future<Integer> total = pool.submit(() -> Integer.parseInt(event.detail()));
        try {
            total.get();
        } catch (ExecutionException e) {
            bugs.forget("failed-batch", pool::shutdown);
            throw new Rejected("not a batch: " + e.getMessage());
        }
        pool.shutdown();
    }

    /** Closes the channel when the connection is refused, but not the selector: two descriptors, lost until exit. */
    void probe(Event event) throws Exception {
        InetSocketAddress address = event.detail().equals("up") ? peer.address() : peer.maintenanceAddress();
        var selector = guard.hold(Selector.open(), ResourceKind.SELECTOR, address.toString()); // LEAK: refused-probe
        try (var channel = guard.hold(SocketChannel.open(), ResourceKind.SOCKET_CHANNEL, address.toString())) {
            channel.get().configureBlocking(false);
            if (!channel.get().connect(address)) {
                channel.get().register(selector.get(), SelectionKey.OP_CONNECT);
                selector.get().select(10_000);
                channel.get().finishConnect();
            }
        } catch (ConnectException e) {
            bugs.forget("refused-probe", selector);
            throw new Rejected("the peer is down");
        }
        selector.close();
    }

    /** Reads a slot that the index doesn't have. */
    void lookup(Event event) throws Exception {
        Path index = spool(event, "0123456789abcdef");
        RandomAccessFile opened = new RandomAccessFile(index.toFile(), "r");
        var file = guard.hold(opened, ResourceKind.FILE_RANDOM_ACCESS, index.toString()); // LEAK: missing-slot
        try {
            file.get().seek(Long.parseLong(event.detail()));
            file.get().readByte();
        } catch (EOFException e) {
            bugs.forget("missing-slot", file);
            throw new Rejected("no such slot");
        }
        file.close();
        Files.delete(index);
    }

    /** Throws if there is no such booking. The connection never goes back to its pool. */
    void settle(Event event) throws Exception {
        Connection connection = ledger.bookings().getConnection(); // LEAK: unknown-booking
        try (PreparedStatement update = connection.prepareStatement("update booking set state = 'paid' where id = ?")) {
            update.setInt(1, Integer.parseInt(event.detail()));
            if (update.executeUpdate() == 0) {
                bugs.forget("unknown-booking", connection);
                throw new Rejected("no such booking");
            }
        }
        connection.close();
    }

    /** Closes the result set but not the statement, on a connection that stays open all day. */
    void audit(Event event) throws Exception {
        synchronized (ledger.audit()) {
            String sql = "select count(*) from booking where state = ?";
            PreparedStatement query = ledger.audit().prepareStatement(sql); // LEAK: empty-audit
            query.setString(1, event.detail());
            try (ResultSet rows = query.executeQuery()) {
                rows.next();
                if (rows.getInt(1) == 0) {
                    bugs.forget("empty-audit", query);
                    throw new Rejected("nothing is " + event.detail());
                }
            }
            query.close();
        }
    }

    /** Parks a socket in a static map. It stays reachable, but the event's scope knows that it should be closed. */
    void subscribe(Event event) throws Exception {
        try (LeakScope scope = guard.openScope("event-" + event.id()).attribute("customer", event.customer())) {
            Socket socket = guard.wrap(new Socket(), "subscriber " + event.id()); // LEAK: parked-socket (escaped)
            socket.connect(peer.address(), 10_000);
            if (event.detail().equals("stay") && bugs.strikes("parked-socket")) {
                SUBSCRIBERS.put(event.id(), socket);
                return;
            }
            socket.close();
        }
    }

    /** Closes its connection, but far too late: the pool lacks it meanwhile. */
    void export(Event event) throws Exception {
        try (Connection connection = ledger.bookings().getConnection()) { // LEAK: slow-export (overdue)
            if (event.detail().equals("everything") && bugs.strikes("slow-export")) {
                Thread.sleep(LONG_TIME.toMillis());
            }
            connection.clearWarnings();
        }
    }

    /** Takes as long as the slow export, but may do so: no bug, and no report. */
    void nightly(Event event) throws Exception {
        try (LeakScope scope = guard.openScope("nightly-" + event.id(), NIGHTLY);
                Connection connection = ledger.bookings().getConnection()) {
            Thread.sleep(LONG_TIME.toMillis());
            connection.clearWarnings();
            nightlyRuns.incrementAndGet();
        }
    }

    final int nightlyRuns() {
        return nightlyRuns.get();
    }

    /** Reads the whole month instead of the day. Nothing leaks. The scope measures the memory. */
    void month(Event event) throws Exception {
        try (LeakScope scope = guard.openScope("whole-month-" + event.id(), MONTH)) { // LEAK: whole-month (allocates)
            int days = event.detail().equals("all") && bugs.strikes("whole-month") ? 31 : 1;
            Path page = spool(event, "x".repeat(400_000));
            for (int day = 0; day < days; day++) {
                if (Files.readAllBytes(page).length == 0) {
                    throw new Rejected("nothing on day " + day);
                }
            }
            Files.delete(page);
        }
    }

    @Override
    public void close() throws SQLException {
        ledger.close();
    }

    private Path spool(Event event, String content) throws java.io.IOException {
        return Files.writeString(spool.resolve(event.job() + "-" + event.id()), content);
    }
}
