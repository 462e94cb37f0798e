package io.leakguard.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who holds Netty's buffers and channels, and connections above and below a pool. */
class LibrariesTest {

    @TempDir
    static Path folder;

    private static HeldBy all;

    @BeforeAll
    static void readTheDump() throws IOException, InterruptedException {
        Path dump = folder.resolve("libraries.hprof");
        Jvm.run("com.acme.Libraries", dump.toString());
        all = HeldBy.read(dump);
        System.out.println(all.toText());
    }

    private static String path(String kind) {
        return all.holders().stream()
                .filter(h -> h.kind().equals(kind))
                .map(Holder::pathText)
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + kind + " in " + all.toText()));
    }

    @Test
    void a_buffer_in_a_map() {
        assertThat(path("netty.bytebuf")).startsWith("static Libraries.BUFFERS → [\"order-7\"] → ");
    }

    @Test
    void a_channel_in_a_list() {
        assertThat(path("netty.channel.server"))
                .startsWith("static Libraries.SERVERS → [0] → ")
                .endsWith("NioServerSocketChannel");
    }

    @Test
    void a_connection_that_the_program_has_borrowed() {
        assertThat(all.holders())
                .filteredOn(h -> h.kind().equals("jdbc.connection"))
                .anySatisfy(h -> assertThat(h.pathText())
                        .startsWith("static Libraries.BORROWED → [0] → ")
                        .endsWith("GuardedConnection"));
    }

    @Test
    void a_connection_below_a_pool_is_held_by_the_pool() {
        assertThat(all.holders())
                .filteredOn(h -> h.kind().equals("jdbc.connection"))
                .anySatisfy(h -> assertThat(h.pathText())
                        .startsWith("static Libraries.pool → HikariDataSource.")
                        .contains("PoolEntry.connection → ")
                        .endsWith("GuardedConnection"));
    }

    @Test
    void nothing_is_held_by_the_guard_alone() {
        assertThat(all.hasFault()).as(all.toText()).isFalse();
    }
}
