package io.leakguard.demo;

import io.leakguard.LeakGuard;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** The demo with one leak that nobody knows of: the checker must complain. */
final class UndeclaredLeak extends OrderJobs {

    private final LeakGuard guard;
    private final AtomicBoolean done = new AtomicBoolean();

    private UndeclaredLeak(LeakGuard guard, Bugs bugs, Path spool, Peer peer) {
        super(guard, bugs, spool, peer);
        this.guard = guard;
    }

    @Override
    void lookup(Event event) throws Exception {
        if (done.compareAndSet(false, true)) {
            InputStream in = guard.wrap(new ByteArrayInputStream(new byte[1]), "undeclared");
            if (in.read() != 0) {
                throw new IllegalStateException();
            }
        }
        super.lookup(event);
    }

    public static void main(String[] args) throws Exception {
        System.exit(Demo.run(UndeclaredLeak::new, Duration.ofSeconds(20)));
    }
}
