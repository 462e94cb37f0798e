package io.leakguard.it;

import io.leakguard.ContextProvider;
import io.leakguard.Ending;
import io.leakguard.Guarded;
import io.leakguard.HoldDurations;
import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import io.leakguard.adapter.Polled;
import io.leakguard.adapter.Poller;
import io.leakguard.adapter.ResourceProbe;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.ref.Reference;
import java.net.SocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** The code in the javadoc of the core, compiled; {@link SnippetsTest} compares. */
@SuppressWarnings({"unused", "UnusedVariable", "ClassCanBeStatic", "FutureReturnValueIgnored"})
final class Snippets {

    private Snippets() {}

    static void leakGuard() throws IOException {
        try (LeakGuard guard = LeakGuard.create()) {
            InputStream in = guard.wrap(new FileInputStream("orders.csv"));
            in.read();
            in = null; // forgotten: once it is collected, the log says which line opened it
        }
    }

    static void guarded(LeakGuard guard) throws Exception {
        try (Guarded<Selector, IOException> selector = guard.hold(Selector.open(), ResourceKind.SELECTOR, "acceptor")) {
            selector.get().select();
        }
    }

    static final class Frame {
        final AtomicInteger references = new AtomicInteger();

        @Nullable
        LeakTracker tracker;
    }

    private static final ResourceKind FRAME = ResourceKind.of("acme.frame");

    static void polled(LeakGuard guard, Frame frame) {
        Polled<Frame> frames = guard.polled(FRAME, new Poller<Frame>() {
            @Override
            public boolean isOpen(Frame frame) {
                return frame.references.get() > 0;
            }

            @Override
            public ResourceProbe probe(Frame frame) {
                AtomicInteger references = frame.references; // the probe must not reference the frame
                return () -> references.get() > 0;
            }
        });
        if (!frames.opened(frame)) {
            frames.trackedElsewhere(frame);
            frame.tracker = guard.track(frame, FRAME);
        }
    }

    static void held(LeakGuard guard, SocketAddress peer, Locks locks) throws IOException {
        Guarded<SocketChannel, IOException> channel = guard.hold(SocketChannel.open(peer));
        Guarded<RandomAccessFile, IOException> file = guard.hold(new RandomAccessFile("index", "r"));

        Guarded<Lock, RuntimeException> lock = guard.hold(locks.take("orders"), LOCK, "orders", Lock::unlock);
    }

    static void process(LeakGuard guard) throws Exception {
        Guarded<Process, RuntimeException> child = guard.hold(new ProcessBuilder("convert", "in.png").start());
        int exit = child.get().waitFor();
    }

    interface Index {
        int references();

        void decRef() throws IOException;
    }

    abstract static class Indexes {
        abstract Index openIndex();

        void ending(LeakGuard guard) {
            Guarded<Index, IOException> index = guard.hold(openIndex(), Index::decRef);
            Guarded<Index, IOException> asked =
                    guard.hold(openIndex(), Ending.of(Index::decRef, i -> i.references() > 0));
        }
    }

    interface Producer<K, V> extends AutoCloseable {}

    static final class KafkaProducer<K, V> implements Producer<K, V> {
        KafkaProducer(Map<String, Object> settings) {}

        @Override
        public void close() {}
    }

    static void generic(LeakGuard guard, Map<String, Object> settings) {
        Producer<String, String> producer = guard.wrap(Producer.class, new KafkaProducer<>(settings));
    }

    private static final ResourceKind LOCK = ResourceKind.of("snippets.lock");

    interface Locks {
        Lock take(String name);
    }

    static void scope(LeakGuard guard, Object event) {
        try (LeakScope scope = guard.openScope("event-8841").attribute("tenant", "acme")) {
            handle(event); // whatever it opens must be closed by now
        }
    }

    static void holds(LeakGuard guard) {
        try (HoldDurations reader = guard.holdDurations()) {
            serve();
            for (HoldDurations.Held held : reader.drain()) {
                System.out.println(held.kind() + ": " + held.count() + " closed, 99 % within " + held.quantile(0.99));
            }
        }
    }

    private static void handle(Object event) {}

    private static void serve() {}

    static final ResourceKind LEASE = ResourceKind.of("acme.lease");

    static final ScopeOptions REPORT_JOB = ScopeOptions.create()
            .mayHold(ResourceKind.of("jdbc.connection"), Duration.ofHours(1))
            .maxAllocated(256L << 20);

    final class Lease implements AutoCloseable {
        private static final ResourceKind LEASE = ResourceKind.of("acme.lease");
        private final LeakTracker tracker;

        Lease(LeakGuard guard, String name) {
            tracker = guard.track(this, LEASE, name);
        }

        @Override
        public void close() {
            tracker.close(); // first, so that a leak is never reported once close() has begun
            try {
                release();
            } finally {
                Reference.reachabilityFence(this); // the handle lives until it is closed
            }
        }
    }

    private static void release() {}

    final class TenantContext implements ContextProvider {
        @Override
        public @Nullable Object capture() {
            return Tenant.current(); // a string, or null outside of a request
        }

        @Override
        public Map<String, String> describe(Object captured) {
            return Map.of("tenant", (String) captured);
        }
    }

    void context() {
        LeakGuard guard = LeakGuard.builder().context(new TenantContext()).build();
    }

    private static final class Tenant {
        static @Nullable String current() {
            return null;
        }
    }
}
