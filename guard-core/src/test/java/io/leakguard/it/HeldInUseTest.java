package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.Ending;
import io.leakguard.Guarded;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A held resource that is used without its holder is in use; one that nobody can reach any more is a leak. */
class HeldInUseTest {

    private static final ResourceKind LEASE = ResourceKind.of("test.held.lease");

    @TempDir
    Path dir;

    private final Recorder recorder = new Recorder();
    private LeakGuard guard;

    @BeforeEach
    void open() {
        guard = LeakGuard.builder().listener(recorder).log(false).reclaim(true).build();
    }

    @AfterEach
    void close() {
        assertThat(guard.stats().internalErrors()).isZero();
        guard.close();
    }

    /** A class that the guard can't ask. */
    static final class Lease implements AutoCloseable {
        final AtomicInteger closed = new AtomicInteger();

        void use() {}

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    /** A class that can be asked by the name of a method, and that isn't public. */
    static final class Session implements AutoCloseable {
        private final AtomicInteger closed;

        Session(AtomicInteger closed) {
            this.closed = closed;
        }

        public boolean isOpen() {
            return closed.get() == 0;
        }

        void hangUp() {
            closed.incrementAndGet();
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    private void settle() {
        Gc.settle(guard);
    }

    private void assertSilent() {
        settle();
        assertThat(recorder.reports).extracting(LeakReport::toText).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------- in use

    @Test
    void a_resource_that_is_used_without_its_holder_is_neither_reported_nor_closed() throws Exception {
        try (Selector selector = guard.hold(Selector.open()).get();
                RandomAccessFile file = guard.hold(new RandomAccessFile(
                                Files.createFile(dir.resolve("index")).toFile(), "r"))
                        .get();
                Lease lease = guard.hold(new Lease()).get()) {
            assertSilent();
            assertThat(selector.isOpen()).isTrue();
            assertThat(file.getFD().valid()).isTrue();
            assertThat(lease.closed).hasValue(0);
            assertThat(guard.open().total()).isEqualTo(3);
        }
        assertSilent();
    }

    @Test
    void a_resource_whose_holder_was_never_asked_for_it_is_in_use_all_the_same() throws Exception {
        try (Selector selector = Selector.open()) {
            guard.hold(selector);
            assertSilent();
            assertThat(selector.selectNow()).isZero();
        }
    }

    @Test
    void a_resource_that_was_closed_by_itself_is_no_leak_whether_the_guard_can_ask_it_or_not() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Lease lease = guard.hold(new Lease()).get()) {
                lease.use();
            }
            try (SocketChannel channel = guard.hold(SocketChannel.open()).get()) {
                assertThat(channel.isOpen()).isTrue();
            }
            AtomicInteger closed = new AtomicInteger();
            Session session = guard.hold(new Session(closed)).get();
            session.hangUp();
        }
        Gc.until(() -> guard.stats().open() == 0);
        assertSilent();
        assertThat(guard.stats().leaked())
                .isEqualTo(guard.stats().of(Gc.SENTINEL).leaked());
    }

    @Test
    void it_counts_as_collected_and_not_as_leaked_if_nobody_knows_whether_it_was_closed() {
        guard.hold(new Lease(), LEASE, null).get().use();
        Gc.until(() -> guard.stats().of(LEASE).collected() == 1);
        settle();
        assertThat(guard.stats().of(LEASE).open()).isZero();
        assertThat(guard.stats().of(LEASE).leaked()).isZero();
        assertThat(recorder.reports).isEmpty();
    }

    @Test
    void a_resource_that_was_closed_by_itself_and_stays_reachable_is_listed_as_open_no_longer() throws Exception {
        Selector selector = guard.hold(Selector.open()).get();
        try {
            LeakTracker tracker = trackerOf(selector);
            selector.close();
            Gc.until(() -> guard.stats().of(ResourceKind.SELECTOR).closed() == 2);
            assertThat(recorder.reports).isEmpty();
            assertThat(tracker.isOpen()).isFalse();
        } finally {
            Reference.reachabilityFence(selector);
        }
    }

    private LeakTracker trackerOf(Selector selector) {
        return guard.hold(selector).leakTracker();
    }

    // ------------------------------------------------------------------------------------------------- leaked

    @Test
    void a_resource_that_was_used_by_its_holder_and_forgotten_with_it_is_reported_and_reclaimed() throws Exception {
        Pipe pipe = Pipe.open();
        forget(pipe.sink());
        Gc.until(() -> !recorder.reports.isEmpty());
        LeakReport report = recorder.reports.get(0);
        assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
        assertThat(report.kind()).isEqualTo(ResourceKind.SELECTOR);
        assertThat(report.siteText()).contains("HeldInUseTest.forget");
        assertThat(report.outcome()).contains("reclaimed");
        pipe.source().close();
        pipe.sink().close();
    }

    private void forget(Pipe.SinkChannel sink) throws IOException {
        Guarded<Selector, IOException> holder = guard.hold(Selector.open());
        assertThat(holder.get().selectNow()).isZero();
        assertThat(sink.isOpen()).isTrue();
    }

    @Test
    void a_resource_that_lost_its_holder_first_is_reported_once_it_is_lost_itself() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        Session[] session = {
            guard.hold(new Session(closed), LEASE, "used for long").get()
        };
        assertSilent();
        assertThat(session[0].isOpen()).isTrue();
        session[0] = null;
        Gc.until(() -> !recorder.reports.isEmpty());
        assertThat(recorder.reports.get(0).description()).isEqualTo("used for long");
        Gc.until(() -> closed.get() == 1); // reclaimed
        assertThat(guard.stats().of(LEASE).opened()).isEqualTo(1);
        assertThat(guard.stats().of(LEASE).leaked()).isEqualTo(1);
    }

    @Test
    void what_only_its_holder_could_close_is_reported_though_it_can_not_be_asked() {
        AtomicInteger closed = new AtomicInteger();
        guard.hold((Closeable) closed::incrementAndGet, LEASE, "given back by its holder");
        Gc.until(() -> !recorder.reports.isEmpty());
        assertThat(recorder.reports.get(0).description()).isEqualTo("given back by its holder");
        Gc.until(() -> closed.get() == 1);
    }

    @Test
    void a_zip_file_can_be_asked() throws Exception {
        Path zip = dir.resolve("a.zip");
        try (var out = new java.util.zip.ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new java.util.zip.ZipEntry("a"));
        }
        guard.hold(new ZipFile(zip.toFile())).get().close();
        assertSilent();
        assertThat(guard.hold(new ZipFile(zip.toFile())).get().size()).isEqualTo(1);
        Gc.until(() -> !recorder.reports.isEmpty());
        assertThat(recorder.reports).hasSize(1);
    }

    @Test
    void its_opening_scope_and_declaration_stay_those_of_its_holder() {
        Lease lease;
        try (LeakScope scope = guard.openScope("start")) {
            Guarded<Lease, Exception> holder = guard.hold(new Lease(), LEASE, null);
            scope.keep(holder, "as long as the daemon");
            lease = holder.get();
        }
        assertSilent();
        assertThat(guard.open().toText()).contains("as long as the daemon").contains("HeldInUseTest");
        lease.close();
    }

    // ------------------------------------------------------------------------------------------------- endings

    @Test
    void an_ending_is_what_the_holder_calls_and_what_the_guard_asks() throws Exception {
        AtomicInteger references = new AtomicInteger(1);
        record Counted(AtomicInteger count) {}
        Ending<Counted, RuntimeException> ending =
                Ending.of(c -> c.count().decrementAndGet(), c -> c.count().get() > 0);
        guard.hold(new Counted(references), LEASE, "closed", ending).close();
        assertThat(references).hasValue(0);
        guard.hold(new Counted(references), ending).get(); // ended elsewhere
        assertSilent();
        references.set(1);
        guard.hold(new Counted(references), LEASE, "leaked", ending).get();
        Gc.until(() -> !recorder.reports.isEmpty());
        assertThat(recorder.reports.get(0).description()).isEqualTo("leaked");
        Gc.until(() -> references.get() == 0); // reclaimed
    }

    @Test
    void a_holder_throws_what_its_resource_does() throws IOException {
        Guarded<Selector, IOException> selector = guard.hold(Selector.open());
        selector.close();
        try (Guarded<Lease, RuntimeException> lease = guard.hold(new Lease(), Lease::close)) {
            lease.get().use();
        }
    }

    // ------------------------------------------------------------------------------------------------- the guard

    @Test
    void the_guard_keeps_no_resource_alive_that_is_used_without_its_holder() {
        WeakReference<Session> used =
                new WeakReference<>(guard.hold(new Session(new AtomicInteger())).get());
        Gc.until(() -> used.get() == null);
        Gc.until(() -> recorder.reports.size() == 1);
        List<LeakReport> reports = recorder.reports;
        assertThat(reports.get(0).cause()).isEqualTo(LeakCause.COLLECTED);
    }

    @Test
    void a_collection_that_is_waited_for_finds_what_is_held() throws Exception {
        guard.hold(Selector.open()).get().selectNow();
        assertThat(guard.awaitCollection(java.time.Duration.ofSeconds(30))).isTrue();
        assertThat(recorder.reports).hasSize(1);
    }
}
