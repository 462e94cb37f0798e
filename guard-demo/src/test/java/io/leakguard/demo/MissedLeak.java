package io.leakguard.demo;

import io.leakguard.LeakGuard;
import java.nio.file.Path;
import java.time.Duration;

/** The demo with a bug that is counted but leaks nothing: to the checker, leaks that the guard did not find. */
final class MissedLeak extends OrderJobs {

    private final Bugs bugs;

    private MissedLeak(LeakGuard guard, Bugs bugs, Path spool, Peer peer) {
        super(guard, bugs, spool, peer);
        this.bugs = bugs;
    }

    @Override
    void lookup(Event event) {
        if (Integer.parseInt(event.detail()) > 15) {
            bugs.strikes("missing-slot");
        }
    }

    public static void main(String[] args) throws Exception {
        System.exit(Demo.run(MissedLeak::new, Duration.ofSeconds(3)));
    }
}
