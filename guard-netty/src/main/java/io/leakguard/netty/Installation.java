package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;

/** One of the installed guards. The last one that is not closed tracks. */
final class Installation {

    final LeakGuard guard;
    final BufferTracking seen;
    final AccessRecording recording = new AccessRecording();

    private final Installations all;
    private final LeakListener.Registration listening;

    Installation(Installations all, LeakGuard guard, BufferTracking seen) {
        this.all = all;
        this.guard = guard;
        this.seen = seen;
        this.listening = guard.addListener(recording::leaked);
    }

    /** How completely buffers are seen from now on. */
    BufferTracking buffers() {
        return all.seenBy(this);
    }

    void close() {
        listening.close();
        all.remove(this);
    }
}
