package io.leakguard.junit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.leakguard.junit.LeakGuarded;
import io.leakguard.junit.TestScope;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalServerChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** JDBC and Netty take part in a run, each by being on the class path: real databases, buffers and channels. */
@SuppressWarnings("deprecation") // DefaultEventLoopGroup: what Netty 4.1 has
class AdaptersTest {

    private static final String URL = "jdbc:leakguard:h2:mem:adapters";

    /** What leaks stays reachable, so that only the test's scope can find it. */
    private static final ConcurrentLinkedDeque<AutoCloseable> HELD = new ConcurrentLinkedDeque<>();

    @TempDir
    Path output;

    @AfterEach
    void closeWhatIsHeld() throws Exception {
        for (AutoCloseable held = HELD.poll(); held != null; held = HELD.poll()) {
            held.close();
        }
    }

    private static <T extends AutoCloseable> T held(T resource) {
        HELD.add(resource);
        return resource;
    }

    /** Runs a class by JUnit's engine: what failed, with what message. */
    private Map<String, String> failures(Class<?> testClass) {
        Map<String, String> failures = new TreeMap<>();
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .configurationParameter("leakguard.junit.output", output.toString())
                .configurationParameter("leakguard.junit.grace", "10ms")
                .execute()
                .allEvents()
                .finished()
                .list()
                .forEach(event -> event.getPayload(TestExecutionResult.class)
                        .flatMap(TestExecutionResult::getThrowable)
                        .ifPresent(t -> failures.put(
                                event.getTestDescriptor().getDisplayName(), String.valueOf(t.getMessage()))));
        return failures;
    }

    private String json() throws IOException {
        return Files.readString(output.resolve("leaks.json"));
    }

    // ------------------------------------------------------------------------------------------------------- JDBC

    private static DataSource database() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:adapters");
        return database;
    }

    @LeakGuarded
    static class ByUrl {
        @Test
        void keeps_a_connection() throws SQLException {
            held(DriverManager.getConnection(URL)).prepareStatement("select 1").executeQuery();
        }

        @Test
        void drops_a_statement_of_a_connection_it_closes() throws SQLException {
            try (Connection connection = DriverManager.getConnection(URL)) {
                connection.createStatement().executeQuery("select 1");
            }
        }

        @Test
        void closes_all() throws SQLException {
            try (var connection = DriverManager.getConnection(URL);
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery("select 1")) {
                assertThat(rows.next()).isTrue();
            }
        }
    }

    @Test
    void by_the_url_prefix_alone_the_test_that_keeps_a_connection_fails() throws Exception {
        assertThat(failures(ByUrl.class))
                .hasSize(1)
                .hasEntrySatisfying(
                        "keeps_a_connection()",
                        message -> assertThat(message)
                                .startsWith("1 resource leaked by AdaptersTest$ByUrl > keeps_a_connection()")
                                .contains(
                                        "jdbc.connection",
                                        "jdbc.prepared_statement",
                                        "AdaptersTest$ByUrl.keeps_a_connection(AdaptersTest.java:"));
        assertThat(json()).contains("\"inconclusive\": null");
    }

    @LeakGuarded
    static class ByDataSource {
        @Test
        void keeps_a_connection(TestScope scope) throws SQLException {
            held(scope.guarded(database()).getConnection());
        }

        @Test
        void keeps_one_that_is_not_guarded() throws SQLException {
            held(database().getConnection());
        }

        @Test
        void closes_it(TestScope scope) throws SQLException {
            try (Connection connection = scope.guarded(database()).getConnection()) {
                assertThat(scope.scope().openCount()).isEqualTo(1);
                assertThat(connection.isValid(1)).isTrue();
            }
        }
    }

    @Test
    void a_data_source_that_a_test_gives_is_guarded_and_no_other() {
        assertThat(failures(ByDataSource.class))
                .hasSize(1)
                .hasEntrySatisfying(
                        "keeps_a_connection(TestScope)",
                        message -> assertThat(message)
                                .contains(
                                        "jdbc.connection",
                                        "AdaptersTest$ByDataSource.keeps_a_connection(AdaptersTest.java:"));
    }

    /** The one place at which a project opens its connections. */
    static final class Factory {
        private Factory() {}

        static Connection connection() throws SQLException {
            return DriverManager.getConnection(URL);
        }
    }

    @LeakGuarded
    static class ThroughOneFactory {
        @Test
        void keeps_one() throws SQLException {
            held(Factory.connection());
        }

        @Test
        void drops_one() throws SQLException {
            assertThat(Factory.connection().isClosed()).isFalse();
        }
    }

    @Test
    void a_baseline_names_the_callers_of_a_projects_one_factory() throws Exception {
        Path file = output.resolve("baseline.txt");
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(ThroughOneFactory.class))
                .configurationParameter("leakguard.junit.output", output.toString())
                .configurationParameter("leakguard.junit.grace", "10ms")
                .configurationParameter("leakguard.junit.baseline", file.toString())
                .configurationParameter("leakguard.junit.baseline.write", "true")
                .execute();
        String factory = "io.leakguard.junit.it.AdaptersTest$Factory.connection<";
        String test = "io.leakguard.junit.it.AdaptersTest$ThroughOneFactory.";
        assertThat(Files.readAllLines(file))
                .contains(
                        "jdbc.connection " + factory + test + "keeps_one<",
                        "jdbc.connection " + factory + test + "drops_one<");
    }

    // ------------------------------------------------------------------------------------------------------- Netty

    @LeakGuarded
    static class Buffers {
        @Test
        void keeps_a_buffer() {
            ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(16);
            held(buffer::release);
        }

        @Test
        void drops_a_buffer() {
            assertThat(PooledByteBufAllocator.DEFAULT.heapBuffer(16).isReadable())
                    .isFalse();
        }

        @Test
        void releases_all() {
            ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer(16).writeInt(1);
            buffer.retainedSlice(0, 2).release();
            Unpooled.directBuffer(16).release();
            Unpooled.wrappedBuffer(buffer, Unpooled.EMPTY_BUFFER).release();
        }
    }

    @Test
    void buffers_take_part_without_code_and_the_test_that_does_not_release_one_fails() {
        Map<String, String> failures = failures(Buffers.class);
        assertThat(failures).containsOnlyKeys("keeps_a_buffer()", "drops_a_buffer()");
        assertThat(failures.get("keeps_a_buffer()"))
                .startsWith("1 resource leaked by AdaptersTest$Buffers > keeps_a_buffer()")
                .contains("netty.bytebuf", "AdaptersTest$Buffers.keeps_a_buffer(AdaptersTest.java:");
        assertThat(failures.get("drops_a_buffer()"))
                .contains("netty.bytebuf", "AdaptersTest$Buffers.drops_a_buffer(AdaptersTest.java:");
    }

    @LeakGuarded
    static class Channels {
        private static ServerBootstrap server(EventLoopGroup group) {
            return new ServerBootstrap()
                    .group(group)
                    .channel(LocalServerChannel.class)
                    .childHandler(new ChannelInboundHandlerAdapter());
        }

        private static void end(EventLoopGroup group) throws InterruptedException {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
        }

        @Test
        void keeps_a_group(TestScope scope) {
            EventLoopGroup group = scope.guarded(new DefaultEventLoopGroup(1));
            held(() -> end(group));
        }

        @Test
        void keeps_a_channel(TestScope scope) throws InterruptedException {
            EventLoopGroup group = new DefaultEventLoopGroup(1);
            scope.guarded(server(group)).bind(new LocalAddress("keeps")).syncUninterruptibly();
            held(() -> end(group));
        }

        @Test
        @LeakGuarded(grace = "5s") // Netty tells of a group's end on a thread of its own
        void closes_all(TestScope scope) throws InterruptedException {
            EventLoopGroup group = new DefaultEventLoopGroup(1);
            try {
                scope.guarded(server(group))
                        .bind(new LocalAddress("closes"))
                        .syncUninterruptibly()
                        .channel()
                        .close()
                        .syncUninterruptibly();
            } finally {
                end(group);
            }
        }
    }

    @Test
    void channels_and_groups_take_part_when_a_test_asks_for_it() {
        Map<String, String> failures = failures(Channels.class);
        assertThat(failures).containsOnlyKeys("keeps_a_group(TestScope)", "keeps_a_channel(TestScope)");
        assertThat(failures.get("keeps_a_group(TestScope)")).contains("netty.eventloopgroup");
        assertThat(failures.get("keeps_a_channel(TestScope)")).contains("netty.channel.server");
    }

    // ------------------------------------------------------------------------------------------- with one -D alone

    @Test
    void with_the_jars_on_the_class_path_one_option_is_enough() throws Exception {
        assertThat(OldProject.run(output, "first"))
                .contains(
                        "1 resource leaked by OldProject > keeps_a_buffer()",
                        "1 resource leaked by OldProject > keeps_a_connection()",
                        "[leakguard] 3 tests, 2 leaks",
                        "tests failed: 2")
                .doesNotContain("INCONCLUSIVE");
    }

    @Test
    void a_netty_that_was_used_before_the_run_makes_it_inconclusive() throws Exception {
        assertThat(OldProject.run(output, "late"))
                .contains(
                        "[leakguard] INCONCLUSIVE: Netty was in use before the run began, so that not every buffer was seen",
                        "1 resource leaked by OldProject > keeps_a_connection()");
    }
}
