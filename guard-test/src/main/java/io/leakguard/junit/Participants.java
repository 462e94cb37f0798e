package io.leakguard.junit;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The adapters that take part in a run. */
final class Participants {

    private static final int MAX_NOT_LOADED = 100;

    private final LeakGuard guard;
    private final List<LeakParticipant> participants = new ArrayList<>();
    private final List<LeakListener.Registration> started = new ArrayList<>();
    private final List<String> blindSpots = new ArrayList<>();

    Participants(LeakGuard guard, boolean enabled) {
        this.guard = guard;
        load();
        participants.add(new JdbcParticipant());
        participants.add(new NettyParticipant());
        if (enabled) {
            participants.forEach(this::start);
        }
    }

    /** An adapter that can't be loaded doesn't keep others from taking part. */
    private void load() {
        Iterator<LeakParticipant> services =
                ServiceLoader.load(LeakParticipant.class).iterator();
        for (int failed = 0; failed < MAX_NOT_LOADED; ) {
            try {
                if (!services.hasNext()) {
                    return;
                }
                participants.add(services.next());
            } catch (ServiceConfigurationError e) {
                failed++;
                blindSpots.add("an adapter could not be loaded: " + e.getMessage());
            }
        }
    }

    private void start(LeakParticipant participant) {
        try {
            started.add(participant.start(guard));
        } catch (RuntimeException | LinkageError e) {
            // The tests run anyway: their results without this adapter are useful.
            blindSpots.add(participant.getClass().getName() + " could not take part: " + e);
        }
    }

    Object wrap(Object resource) {
        if (!guard.isEnabled()) {
            return resource;
        }
        for (LeakParticipant participant : participants) {
            Object wrapped = participant.wrap(guard, resource);
            if (wrapped != null) {
                return wrapped;
            }
        }
        throw new IllegalArgumentException(
                "no adapter on the class path wraps a "
                        + resource.getClass().getName()
                        + ": add guard-jdbc for a DataSource, guard-netty for a bootstrap or an event loop group, or a LeakParticipant of your own");
    }

    /** The blind spots of the adapters; empty if there are none. */
    List<String> blindSpots() {
        return blindSpots;
    }

    /** Ends the adapters, the last one first. One that fails doesn't keep others from ending. */
    void close() {
        for (LeakParticipant participant : participants) {
            try {
                String blindSpot = participant.blindSpot();
                if (!blindSpot.isEmpty()) {
                    blindSpots.add(blindSpot);
                }
            } catch (RuntimeException | LinkageError e) {
                blindSpots.add(participant.getClass().getName() + " could not report its blind spots: " + e);
            }
        }
        for (int i = started.size() - 1; i >= 0; i--) {
            try {
                started.get(i).close();
            } catch (RuntimeException | LinkageError e) {
                blindSpots.add("an adapter could not be ended: " + e);
            }
        }
        started.clear();
    }
}
