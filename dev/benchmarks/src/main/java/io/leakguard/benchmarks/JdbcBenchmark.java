package io.leakguard.benchmarks;

import com.p6spy.engine.spy.P6DataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.LeakGuard;
import io.leakguard.jdbc.BareDelegate;
import io.leakguard.jdbc.JdbcGuard;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * JDBC on H2 in memory beneath HikariCP: bare, guarded, with the pool's own leak detection, and through common proxies.
 * Each with its default configuration; their log lines go to a logger that is off.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
public class JdbcBenchmark {

    static final int ROWS = 1_000;
    private static final String RANGE = "select id, name from item where id between ? and ?";

    /** The layer between the program and the driver. */
    public enum Party {
        /** HikariCP alone. */
        RAW,
        /** LeakGuard with its default settings above HikariCP. */
        GUARD,
        /** HikariCP with {@code leakDetectionThreshold}. */
        HIKARI_LEAK_DETECTION,
        /** datasource-proxy without listeners, its cheapest form. It doesn't proxy result sets. */
        DATASOURCE_PROXY,
        /** datasource-proxy that proxies result sets too. */
        DATASOURCE_PROXY_RESULTS,
        /** p6spy, its log at SLF4J. */
        P6SPY
    }

    @Param
    public Party party;

    /** Frames between the benchmark and the borrowing. */
    @Param("20")
    public int depth;

    private HikariDataSource pool;
    private DataSource dataSource;
    private @Nullable LeakGuard guard;
    private Connection held;
    private ResultSet rows;
    private int first;
    private int last;

    @Setup(Level.Trial)
    public void setUp() throws SQLException {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL("jdbc:h2:mem:bench;DB_CLOSE_DELAY=-1");
        HikariConfig config = new HikariConfig();
        config.setDataSource(h2);
        config.setMaximumPoolSize(4);
        if (party == Party.HIKARI_LEAK_DETECTION) {
            config.setLeakDetectionThreshold(60_000);
        }
        pool = new HikariDataSource(config);
        fill(pool);
        dataSource = between();
        held = dataSource.getConnection();
        rows = held.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)
                .executeQuery("select id, name from item order by id");
        if (Boolean.getBoolean("bench.delegate")) {
            rows = new BareDelegate(rows);
        }
    }

    private static void fill(DataSource dataSource) throws SQLException {
        try (Connection c = dataSource.getConnection();
                Statement create = c.createStatement()) {
            create.execute("create table item (id int primary key, name varchar(40))");
        }
        try (Connection c = dataSource.getConnection();
                PreparedStatement insert = c.prepareStatement("insert into item values (?, ?)")) {
            for (int i = 1; i <= ROWS; i++) {
                insert.setInt(1, i);
                insert.setString(2, "name " + i);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private DataSource between() {
        return switch (party) {
            case RAW, HIKARI_LEAK_DETECTION -> pool;
            case GUARD -> {
                LeakGuard made = LeakGuard.create();
                guard = made;
                yield JdbcGuard.wrap(pool, made);
            }
            case DATASOURCE_PROXY -> ProxyDataSourceBuilder.create(pool).build();
            case DATASOURCE_PROXY_RESULTS ->
                ProxyDataSourceBuilder.create(pool).proxyResultSet().build();
            case P6SPY -> {
                System.setProperty("p6spy.config.appender", "com.p6spy.engine.spy.appender.Slf4JLogger");
                yield new P6DataSource(pool);
            }
        };
    }

    @TearDown(Level.Trial)
    public void tearDown() throws SQLException {
        held.close();
        pool.close();
        LeakGuard made = guard;
        if (made != null) {
            made.close();
        }
    }

    @Benchmark
    public int row() throws SQLException {
        if (!rows.next()) {
            rows.first();
        }
        return rows.getInt(1) + rows.getString(2).length();
    }

    @Benchmark
    public int borrowAndClose() throws SQLException {
        return borrowAndClose(depth);
    }

    private int borrowAndClose(int frames) throws SQLException {
        if (frames > 1) {
            return borrowAndClose(frames - 1) + 1;
        }
        try (Connection c = dataSource.getConnection()) {
            return c == null ? 0 : 1;
        }
    }

    /** Other rows each time: H2 would answer the same query from its memory of the last result. */
    @Benchmark
    public int queryTwentyRows() throws SQLException {
        first = first == 900 ? 1 : first + 1;
        return query(depth, first, first + 19);
    }

    /** The same rows each time, which H2 remembers: cheaper than any query in practice. */
    @Benchmark
    public int queryRememberedRows() throws SQLException {
        return query(depth, 1, 20);
    }

    /** Reads the whole table: the cost of a row including its fetch. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public int queryThousandRows() throws SQLException {
        last = last == ROWS ? ROWS + 1 : ROWS; // another query, the same rows
        return query(depth, 1, last);
    }

    private int query(int frames, int from, int to) throws SQLException {
        return frames > 1 ? query(frames - 1, from, to) + 1 : program(from, to);
    }

    /**
     * Compiled by itself, as a program's code is. Inlined into its recursive caller, it would look like code that runs
     * 1 in 20 times.
     */
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    int program(int from, int to) throws SQLException {
        int sum = 0;
        try (Connection c = dataSource.getConnection();
                PreparedStatement p = c.prepareStatement(RANGE)) {
            p.setInt(1, from);
            p.setInt(2, to);
            try (ResultSet r = p.executeQuery()) {
                while (r.next()) {
                    sum += r.getInt(1) + r.getString(2).length();
                }
            }
        }
        return sum;
    }
}
