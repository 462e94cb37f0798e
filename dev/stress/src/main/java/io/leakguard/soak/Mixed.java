package io.leakguard.soak;

import static io.leakguard.soak.Soak.check;
import static io.leakguard.soak.Soak.say;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.jdbc.JdbcGuard;
import io.leakguard.netty.NettyGuard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.lang.ref.Reference;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** Files, sockets, channels, JDBC and Netty in units of work, at full speed on all cores; each kind leaks at a known rate. */
final class Mixed {

    /** One in this many of each kind is forgotten. */
    private static final int FILE = 500;

    private static final int CHANNEL = 700;
    private static final int READER = 1_000;
    private static final int SOCKET = 300;
    private static final int BUFFER = 2_000;
    private static final int CONNECTION = 400;
    private static final int ESCAPE = 10_000;
    private static final int POOL = 16;

    private static final ResourceKind JDBC_CONNECTION = ResourceKind.of("jdbc.connection");
    private static final ResourceKind THING = ResourceKind.of("soak.thing");

    private final LeakGuard guard;
    private final Path file;
    private final DataSource pool;
    private final LongAdder files = new LongAdder();
    private final LongAdder channels = new LongAdder();
    private final LongAdder readers = new LongAdder();
    private final LongAdder sockets = new LongAdder();
    private final LongAdder buffers = new LongAdder();
    private final LongAdder connections = new LongAdder();
    private final LongAdder escaped = new LongAdder();
    private final LongAdder units = new LongAdder();
    private final ExecutorService forgetful = Executors.newSingleThreadExecutor();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private Mixed(LeakGuard guard, Path file, DataSource pool) {
        this.guard = guard;
        this.file = file;
        this.pool = JdbcGuard.wrap(pool, guard);
    }

    static void run(double minutes, Path folder) throws Exception {
        say("Mixed, %.1f min on all cores:", minutes);
        Soak.Log log = new Soak.Log(folder.resolve("mixed.log"));
        Soak.Sums sums = new Soak.Sums();
        Path file = Files.writeString(folder.resolve("data.txt"), "orders of today\n".repeat(100));
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:h2:mem:soak");
        config.setMaximumPoolSize(POOL);
        config.setMinimumIdle(POOL);
        GuardStats stats;
        try (HikariDataSource pool = new HikariDataSource(config)) {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create table orders (id int primary key, state varchar(10))");
                for (int i = 0; i < 100; i++) {
                    statement.execute("insert into orders values (" + i + ", 'OPEN')");
                }
            }
            LeakGuard guard = LeakGuard.builder()
                    .name("soak")
                    .listener(sums)
                    .reclaim(true) // so that the pool gets its leaked connections back
                    .scopeGrace(Duration.ofMillis(50))
                    .reportInterval(Duration.ofSeconds(5))
                    .build();
            try (NettyGuard netty = NettyGuard.install(guard)) {
                Mixed mixed = new Mixed(guard, file, pool);
                Soak.Gauges gauges = mixed.work(minutes);
                check(guard.awaitCollection(Duration.ofMinutes(2)), "the guard did not become quiet");
                gauges.judge();
                stats = guard.stats();
                mixed.judge(stats);
            }
            guard.close();
            stats = guard.stats();
            long reported = sums.collected() + sums.escaped.sum();
            check(
                    reported + stats.dropped() >= stats.leaked(),
                    "%d leaked, but %d were reported and %d dropped",
                    stats.leaked(),
                    reported,
                    stats.dropped());
            check(reported <= stats.leaked(), "%d leaked, but %d were reported", stats.leaked(), reported);
            say("  %,d leaks in %,d reports, %d dropped", reported, sums.reports.sum(), stats.dropped());
        }
        Soak.judge(stats, sums, log, minutes);
    }

    private Soak.Gauges work(double minutes) throws Exception {
        long end = System.nanoTime() + (long) (minutes * TimeUnit.MINUTES.toNanos(1));
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.max(2, Runtime.getRuntime().availableProcessors()); i++) {
            threads.add(new Thread(
                    () -> {
                        try {
                            while (System.nanoTime() - end < 0 && failure.get() == null) {
                                unit();
                            }
                        } catch (Throwable t) {
                            failure.compareAndSet(null, t);
                        }
                    },
                    "worker-" + i));
        }
        threads.forEach(Thread::start);
        Soak.Gauges gauges = new Soak.Gauges();
        long pause = Math.max(500, (long) (minutes * 60_000 / 60));
        while (System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(pause);
            gauges.sample();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        forgetful.shutdown();
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("a worker failed", failed);
        }
        return gauges;
    }

    private static boolean oneIn(int n) {
        return ThreadLocalRandom.current().nextInt(n) == 0;
    }

    /** One unit of work. A leak is counted before it is made. */
    private void unit() throws IOException, SQLException {
        units.increment();
        Thing late = null;
        try (LeakScope scope = guard.openScope("unit")) {
            scope.attribute("tenant", "acme");
            readFile();
            readChannel();
            readText();
            buffer();
            if (oneIn(4)) {
                socket();
            }
            query();
            if (oneIn(ESCAPE)) {
                escaped.increment();
                late = new Thing(guard);
            }
        }
        if (late != null) {
            // It is closed late, well beyond the grace.
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
            while (System.nanoTime() - until < 0) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
            late.close();
        }
    }

    private static final class Thing {
        private final LeakTracker tracker;

        Thing(LeakGuard guard) {
            tracker = guard.track(this, THING, "kept beyond its unit");
        }

        void close() {
            try {
                tracker.close();
            } finally {
                Reference.reachabilityFence(this);
            }
        }
    }

    private interface Leak {
        void make() throws IOException, SQLException;
    }

    /** Leaks on a thread in no scope, so that the leak has one cause: its collection. */
    private void outside(LongAdder count, Leak leak) throws IOException {
        count.increment();
        try {
            forgetful
                    .submit(() -> {
                        leak.make();
                        return null;
                    })
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IOException(e);
        }
    }

    private void readFile() throws IOException, SQLException {
        if (oneIn(FILE)) {
            outside(
                    files,
                    () -> guard.wrap((InputStream) new FileInputStream(file.toFile()), "forgotten")
                            .read());
            return;
        }
        try (InputStream in = guard.wrap((InputStream) new FileInputStream(file.toFile()), "orders")) {
            in.read(new byte[64]);
        }
    }

    private void readChannel() throws IOException, SQLException {
        if (oneIn(CHANNEL)) {
            outside(channels, () -> guard.wrap(FileChannel.open(file)).size());
            return;
        }
        try (FileChannel channel = guard.wrap(FileChannel.open(file))) {
            channel.size();
        }
    }

    private void readText() throws IOException, SQLException {
        if (oneIn(READER)) {
            outside(readers, () -> guard.wrap(new StringReader("text")).read());
            return;
        }
        try (var reader = guard.wrap(new StringReader("text"))) {
            reader.read();
        }
    }

    private void socket() throws IOException, SQLException {
        if (oneIn(SOCKET)) {
            outside(sockets, () -> guard.wrap(new Socket()).getSoTimeout());
            return;
        }
        try (Socket socket = guard.wrap(new Socket())) {
            socket.setReuseAddress(true);
        }
    }

    private void buffer() throws IOException, SQLException {
        if (oneIn(BUFFER)) {
            outside(buffers, () -> ByteBufAllocator.DEFAULT.heapBuffer(64).writeLong(1));
            return;
        }
        ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer(256);
        try {
            buffer.writeLong(1);
        } finally {
            buffer.release();
        }
    }

    private void query() throws IOException, SQLException {
        // Not more than the pool can spare until the next collection brings them back.
        if (oneIn(CONNECTION)
                && connections.sum() - guard.stats().of(JDBC_CONNECTION).collected() < POOL / 4) {
            outside(connections, () -> pool.getConnection().isReadOnly());
            return;
        }
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("select * from orders where id < ?")) {
            statement.setInt(1, 5);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    rows.getString(2);
                }
            }
        }
    }

    private void judge(GuardStats stats) {
        say(
                "  %,d units of work, %,d resources opened, %,d closed, %,d leaked, %,d with a stack",
                units.sum(), stats.opened(), stats.closed(), stats.leaked(), stats.captured());
        exact(stats, ResourceKind.FILE_INPUT, files);
        exact(stats, ResourceKind.FILE_CHANNEL, channels);
        exact(stats, ResourceKind.READER, readers);
        exact(stats, ResourceKind.SOCKET, sockets);
        exact(stats, NettyGuard.BYTEBUF, buffers);
        exact(stats, JDBC_CONNECTION, connections);
        exact(stats, THING, escaped);
        Long byScope = stats.of(THING).byCause().get(LeakCause.ESCAPED_SCOPE);
        check(byScope != null && byScope == escaped.sum(), "%s escaped, %d were found", escaped, byScope);
        check(stats.of(ResourceKind.SCOPE).leaked() == 0, "scopes leaked");
        check(stats.open() <= 1, "%d are still open", stats.open());
        long expected = files.sum()
                + channels.sum()
                + readers.sum()
                + sockets.sum()
                + buffers.sum()
                + connections.sum()
                + escaped.sum();
        check(stats.leaked() == expected, "%d leaked, %d were made", stats.leaked(), expected);
    }

    private static void exact(GuardStats stats, ResourceKind kind, LongAdder made) {
        say(
                "    %-16s %,12d opened, %,8d leaks made, %,8d found",
                kind, stats.of(kind).opened(), made.sum(), stats.of(kind).leaked());
        check(stats.of(kind).leaked() == made.sum(), "%s: %d leaks were made", kind, made.sum());
        check(made.sum() > 0, "%s: no leak was made: run for longer", kind);
    }
}
