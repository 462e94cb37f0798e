package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The handle of an interface ends as its library says, and its methods return what the library expects. */
class WrappedInterfacesTest {

    private static final ResourceKind LINK = ResourceKind.of("test.link");

    private final Recorder recorder = new Recorder();
    private LeakGuard guard;

    @BeforeEach
    void open() {
        guard = LeakGuard.builder().listener(recorder).log(false).build();
    }

    @AfterEach
    void close() {
        assertThat(guard.stats().internalErrors()).isZero();
        guard.close();
    }

    enum Way {
        NOW
    }

    interface CloseHandler {
        void closed();
    }

    /** As libraries have them. */
    interface Link<T> extends AutoCloseable {
        default CompletableFuture<Void> closeAsync() {
            return new CompletableFuture<>(); // never completes: the program did what it had to
        }

        default void close(Duration timeout) {}

        default void close(int code, String reason) {}

        default void close(CloseHandler handler) {}

        default void abort() {}

        default void abort(Way how) {
            throw new IllegalStateException("gone");
        }

        default void shutdownNow() {}

        default void shutdownGracefully(long quiet, Duration timeout) {}

        default void dispose() {}

        default void destroy() {}

        default void terminate(boolean now) {}

        default void handBack() {}

        default void stop() {}

        default void disconnect() {}

        default boolean release() {
            return false;
        }

        default void close(Link<?> child, Way how) {}

        default CompletableFuture<Void> closeFuture() {
            return new CompletableFuture<>();
        }

        default Link<T> closeHandler(CloseHandler handler) {
            return this;
        }

        default void closeOnCompletion() {}

        default Link<T> withTimeout(Duration timeout) {
            return this;
        }

        default Link<T> getRoot() {
            return this;
        }

        default Link<T> parent() {
            return this;
        }

        default <W> W unwrap(Class<W> type) {
            return type.cast(this);
        }

        @Override
        void close();
    }

    static final class Line implements Link<String> {
        @Override
        public void close() {}
    }

    @SuppressWarnings({"ImmutableEnumChecker", "FutureReturnValueIgnored"
    }) // lambdas without state; the end is the call
    enum End {
        CLOSE_ASYNC(Link::closeAsync),
        CLOSE_WITHIN(link -> link.close(Duration.ofSeconds(1))),
        CLOSE_BECAUSE(link -> link.close(1000, "bye")),
        CLOSE_AND_TELL(link -> link.close(() -> {})),
        ABORT(Link::abort),
        ABORT_THAT_FAILS(link -> {
            try {
                link.abort(Way.NOW);
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("gone");
            }
        }),
        SHUTDOWN_NOW(Link::shutdownNow),
        SHUTDOWN_GRACEFULLY(link -> link.shutdownGracefully(1, Duration.ZERO)),
        DISPOSE(Link::dispose),
        DESTROY(Link::destroy),
        TERMINATE(link -> link.terminate(true)),
        CLOSE(Link::close);

        final Consumer<Link<String>> call;

        End(Consumer<Link<String>> call) {
            this.call = call;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_documented_end_is_an_end(End end) {
        Link<String> link = guard.wrap(Link.class, new Line(), LINK, null);
        end.call.accept(link);
        assertThat(guard.stats().of(LINK).closed()).isEqualTo(1);
    }

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    enum Perhaps {
        STOP(Link::stop),
        DISCONNECT(Link::disconnect),
        RELEASE(Link::release),
        CLOSE_OF_ANOTHER(link -> link.close(new Line(), Way.NOW));

        final Consumer<Link<String>> call;

        Perhaps(Consumer<Link<String>> call) {
            this.call = call;
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_may_be_an_end_leaves_it_open_and_is_not_reported(Perhaps perhaps) {
        Link<String> link = guard.wrap(Link.class, new Line(), LINK, null);
        perhaps.call.accept(link);
        assertThat(guard.stats().of(LINK).open()).isEqualTo(1);
        link = null;
        Gc.until(() -> guard.stats().of(LINK).open() == 0);
        Gc.settle(guard);
        assertThat(recorder.reports).extracting(LeakReport::toText).isEmpty();
        assertThat(guard.stats().of(LINK).leaked()).isZero();
    }

    /** Can be asked. */
    static final class Radio implements Link<String> {
        private boolean open = true;

        public boolean isOpen() {
            return open;
        }

        @Override
        public void stop() {
            open = false;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    @Test
    void what_may_be_an_end_was_none_if_the_resource_says_that_it_is_open() {
        Link<String> stopped = guard.wrap(Link.class, new Radio(), LINK, "stopped");
        stopped.stop();
        stopped = null;
        Link<String> open = guard.wrap(Link.class, new Radio(), LINK, "open");
        open.disconnect();
        open = null;
        Gc.until(() -> !recorder.reports.isEmpty());
        Gc.settle(guard);
        assertThat(recorder.reports).extracting(LeakReport::description).containsExactly("open");
    }

    @Test
    void a_resource_that_says_that_it_is_closed_is_no_leak() {
        Radio radio = new Radio();
        guard.wrap(Link.class, radio, LINK, null);
        radio.stop();
        Gc.until(() -> guard.stats().of(LINK).closed() == 1);
        assertThat(recorder.reports).isEmpty();
    }

    @Test
    void what_only_tells_of_an_end_is_none() {
        Link<String> link = guard.wrap(Link.class, new Line(), LINK, null);
        assertThat(link.closeFuture()).isNotDone();
        assertThat((Object) link.closeHandler(() -> {})).isSameAs(link);
        link.closeOnCompletion();
        link = null;
        Gc.until(() -> !recorder.reports.isEmpty());
        assertThat(recorder.reports).hasSize(1);
    }

    @Test
    void an_end_of_its_own_is_given_by_name() {
        Link<String> link = guard.wrap(Link.class, new Line(), LINK, null, "handBack");
        link.handBack();
        assertThat(guard.stats().of(LINK).closed()).isEqualTo(1);
        assertThatThrownBy(() -> guard.wrap(Link.class, new Line(), LINK, null, "handback"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Link has no method named 'handback'")
                .hasMessageContaining("give the name of one of its methods");
    }

    // ------------------------------------------------------------------------------------------------- results

    @Test
    void a_fluent_method_returns_the_handle_and_a_getter_what_others_compare() {
        Line line = new Line();
        Link<String> link = guard.wrap(Link.class, line, LINK, null);
        assertThat((Object) link.withTimeout(Duration.ZERO)).isSameAs(link);
        assertThat((Object) link.getRoot()).isSameAs(line);
        assertThat((Object) link.parent()).isSameAs(line);
        assertThat(link.unwrap(Line.class)).isSameAs(line);
        link.close();
    }

    @Test
    void a_resource_that_is_used_by_what_a_getter_returned_is_not_reported() {
        Supplier<Link<String>> used = () -> {
            Link<String> link = guard.wrap(Link.class, new Line(), LINK, null);
            return link.getRoot();
        };
        Link<String> raw = used.get();
        Gc.until(() -> guard.stats().of(LINK).open() == 0);
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
        raw.close();
    }

    // ------------------------------------------------------------------------------------------------- refused

    @Test
    void an_interface_whose_users_look_at_the_class_is_refused_with_the_way_out() throws Exception {
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            assertThatThrownBy(() -> guard.wrap(WatchService.class, watch))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("java.nio.file.WatchService can't be wrapped")
                    .hasMessageContaining("Path.register")
                    .hasMessageContaining("hold(");
        }
        Connection connection = (Connection) java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> null);
        assertThatThrownBy(() -> guard.wrap(Connection.class, connection))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("guard-jdbc");
    }

    @Test
    void a_held_watch_service_works_and_ends_as_it_does_by_itself(@TempDir Path dir) throws Exception {
        AtomicInteger registered = new AtomicInteger();
        try (var watch = guard.hold(FileSystems.getDefault().newWatchService())) {
            dir.register(watch.get(), StandardWatchEventKinds.ENTRY_CREATE);
            registered.incrementAndGet();
            assertThat(watch.leakTracker().kind()).isEqualTo(ResourceKind.WATCH_SERVICE);
        }
        assertThat(registered).hasValue(1);
        assertThat(guard.stats().open()).isZero();
    }
}
