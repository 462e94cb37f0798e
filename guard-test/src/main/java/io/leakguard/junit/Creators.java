package io.leakguard.junit;

import org.jspecify.annotations.Nullable;

/** Knows who made a thread: by the agent, if it is there, else by what threads inherit. */
final class Creators {

    private final Run run;

    Creators(Run run) {
        this.run = run;
    }

    /** Who made a thread; null if that is not known for sure. */
    ThreadBirths.@Nullable Birth of(Thread thread) {
        ThreadBirths.Birth seen = run.seen.birthOf(thread, run.attributor::unit);
        return seen != null ? seen : run.births.of(thread);
    }

    /** Forgets threads that have ended. */
    void keepOnly(Iterable<Thread> alive) {
        run.births.keepOnly(alive);
    }
}
