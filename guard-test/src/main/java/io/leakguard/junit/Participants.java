package io.leakguard.junit;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** The adapters that take part in a run. */
final class Participants {

    private final LeakGuard guard;
    private final List<LeakParticipant> participants = new ArrayList<>();
    private final List<LeakListener.Registration> started = new ArrayList<>();

    Participants(LeakGuard guard, boolean enabled) {
        this.guard = guard;
        ServiceLoader.load(LeakParticipant.class).forEach(participants::add);
        participants.add(new JdbcParticipant());
        if (enabled) {
            participants.forEach(p -> started.add(p.start(guard)));
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
        throw new IllegalArgumentException("no adapter on the class path wraps a "
                + resource.getClass().getName()
                + ": add guard-jdbc for a DataSource, or a LeakParticipant of your own");
    }

    void close() {
        for (int i = started.size() - 1; i >= 0; i--) {
            started.get(i).close();
        }
        started.clear();
    }
}
