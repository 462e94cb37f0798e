package io.leakguard.agent.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.leakguard.ResourceKind;
import io.leakguard.agent.internal.boot.Bridge;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever goes wrong behind a hook, the hooked method does not feel it. */
class FaultsTest {

    /** Throws the same from each call. */
    private static final class Throwing extends Bridge {
        private final Supplier<Error> what;

        Throwing(Supplier<Error> what) {
            this.what = what;
        }

        @Override
        protected Object[] onJoin(Object[] functions) {
            return functions;
        }

        @Override
        protected void onWrapped(Object delegate) {
            throw what.get();
        }

        @Override
        protected void onFailed() {
            throw what.get();
        }

        @Override
        protected void onOpened(
                Object handle, int hook, @Nullable Object detail, @Nullable Object descriptor, @Nullable Object owner) {
            throw what.get();
        }

        @Override
        protected void onClosed(Object handle) {
            throw what.get();
        }

        @Override
        protected void onPart(Object handle) {
            throw what.get();
        }

        @Override
        protected void onReclaimed(Object what) {
            throw this.what.get();
        }

        @Override
        protected void onDetail(Object handle, Object detail) {
            throw what.get();
        }
    }

    @AfterEach
    void removeTheSink() {
        Bridge.sink(null);
    }

    @Test
    void errors_of_all_sorts_stay_behind_the_bridge() {
        List<Supplier<Error>> errors = List.of(
                () -> new AssertionError("a bug"),
                () -> new OutOfMemoryError("none left"),
                StackOverflowError::new,
                () -> new NoClassDefFoundError("gone"),
                () -> new ExceptionInInitializerError("failed"));
        for (Supplier<Error> error : errors) {
            Bridge.sink(new Throwing(error));
            assertThatCode(() -> {
                        Bridge.opened(this, 0, null, null, null);
                        Bridge.closed(this);
                        Bridge.part(this);
                        Bridge.reclaimed(this);
                        Bridge.detail(this, "detail");
                        Bridge.wrapped(this);
                        Bridge.failed();
                    })
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void without_a_sink_nothing_happens() {
        assertThatCode(() -> {
                    Bridge.opened(this, 0, null, null, null);
                    Bridge.closed(this);
                })
                .doesNotThrowAnyException();
        assertThat(Bridge.join(new Object[0])).isNull();
    }

    /** What the application's callbacks open while an opening is recorded. */
    private static final class Opening implements Sink.Records {
        private final List<Object> recorded = new ArrayList<>();
        private final List<Object> reclaimed = new ArrayList<>();

        @Override
        public boolean opened(
                Object handle, ResourceKind kind, @Nullable Object description, @Nullable Object descriptors) {
            recorded.add(handle);
            Bridge.opened(new Object(), 0, "opened by a callback", null, null);
            return true;
        }

        @Override
        public boolean closed(Object handle) {
            return recorded.remove(handle);
        }

        @Override
        public boolean part(Object handle) {
            return recorded.remove(handle);
        }

        @Override
        public Object[] join(Object[] functions) {
            return functions;
        }

        @Override
        public void describe(Object handle, Object description) {}

        @Override
        public void descriptor(Object handle, Integer number) {}

        @Override
        public void reclaimed(Object key) {
            reclaimed.add(key);
        }
    }

    @Test
    void what_is_opened_inside_of_the_guard_is_not_recorded_and_does_not_come_back_for_ever()
            throws ReflectiveOperationException {
        Opening records = new Opening();
        new Sink(records, insides()).start();

        Bridge.opened(this, 0, "the application's", null, null);

        assertThat(records.recorded).containsExactly(this);
        Bridge.closed(this);
        assertThat(records.recorded).isEmpty();
    }

    @Test
    void what_the_guards_own_threads_open_is_not_recorded() throws ReflectiveOperationException, InterruptedException {
        Opening records = new Opening();
        new Sink(records, insides()).start();
        Thread own = new Thread(() -> Bridge.opened(this, 0, null, null, null), "leakguard-anything");
        own.start();
        own.join();

        assertThat(records.recorded).isEmpty();
    }

    @Test
    void the_jdk_has_closed_what_its_cleaner_closes_and_an_explicit_close_is_another_thing()
            throws ReflectiveOperationException, InterruptedException {
        Opening records = new Opening();
        new Sink(records, insides()).start();

        Bridge.reclaimed(7);
        assertThat(records.reclaimed).isEmpty();
        Thread cleaner = new Thread(() -> Bridge.reclaimed(7), "Common-Cleaner");
        cleaner.start();
        cleaner.join();

        assertThat(records.reclaimed).containsExactly(7);
    }

    /** Its fields are of the JDK's inside, which is open only to an agent; nothing here needs them. */
    private static Insides insides() throws ReflectiveOperationException {
        Constructor<?> constructor = Insides.class.getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        return (Insides) constructor.newInstance(new Object[] {null});
    }
}
