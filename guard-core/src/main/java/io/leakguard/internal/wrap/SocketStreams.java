package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** The streams of a guarded socket: one wrapper for each stream of the socket behind. */
final class SocketStreams {

    private @Nullable GuardedInputStream input;
    private @Nullable GuardedOutputStream output;

    synchronized InputStream input(InputStream behind, LeakTracker tracker, Object socket) {
        GuardedInputStream known = input;
        if (known == null || known.delegate != behind) {
            known = input = new GuardedInputStream(behind, tracker, socket);
        }
        return known;
    }

    synchronized OutputStream output(OutputStream behind, LeakTracker tracker, Object socket) {
        GuardedOutputStream known = output;
        if (known == null || known.delegate != behind) {
            known = output = new GuardedOutputStream(behind, tracker, socket);
        }
        return known;
    }
}
