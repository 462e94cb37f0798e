package io.leakguard.watch;

import java.io.Closeable;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that collections leave in the old generation. The JVM notifies of each collection. Of several between two
 * samples the smallest counts, since a collection in steps leaves garbage for the next step. Without notifications, and
 * between them, this reads the last collection's value. Thread-safe.
 */
final class LiveSet implements Closeable {

    private final @Nullable Listening listening;
    private long last = -1;
    private long lowest = -1;

    LiveSet() {
        Listening l = null;
        try {
            l = new Listening(this::collected);
        } catch (LinkageError | RuntimeException e) {
            // No java.management, or a JVM without notifications: read the last collection's value.
        }
        listening = l;
        collected();
    }

    /** A collection has ended. The JVM says whether it was one of the old generation. */
    private synchronized void collected() {
        long after = Beans.liveSet().orElse(-1);
        if (after < 0 || after == last) {
            return; // a collection of another pool
        }
        last = after;
        lowest = lowest < 0 ? after : Math.min(lowest, after);
    }

    /** After the last collection; unknown until there was one. */
    synchronized OptionalLong latest() {
        collected();
        return last < 0 ? OptionalLong.empty() : OptionalLong.of(last);
    }

    /** The smallest since the last call; the last collection's if there was no other. */
    synchronized OptionalLong lowest() {
        collected();
        long result = lowest < 0 ? last : lowest;
        lowest = -1;
        return result < 0 ? OptionalLong.empty() : OptionalLong.of(result);
    }

    /** Whether the JVM notifies of collections. */
    boolean isNotified() {
        Listening l = listening;
        return l != null && !l.emitters.isEmpty();
    }

    @Override
    public void close() {
        Listening l = listening;
        if (l != null) {
            l.close();
        }
    }

    /** A class of its own, since its module may be absent. */
    private static final class Listening implements NotificationListener {
        /** The notification type of {@code com.sun.management.GarbageCollectionNotificationInfo}. */
        private static final String COLLECTED = "com.sun.management.gc.notification";

        private final Runnable collected;
        final List<NotificationEmitter> emitters = new ArrayList<>();

        Listening(Runnable collected) {
            this.collected = collected;
            for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
                if (bean instanceof NotificationEmitter emitter) {
                    emitter.addNotificationListener(this, null, null);
                    emitters.add(emitter);
                }
            }
        }

        @Override
        public void handleNotification(Notification notification, @Nullable Object handback) {
            if (notification.getType().equals(COLLECTED)) {
                collected.run();
            }
        }

        void close() {
            for (NotificationEmitter emitter : emitters) {
                try {
                    emitter.removeNotificationListener(this);
                } catch (ListenerNotFoundException e) {
                    // Already removed.
                }
            }
        }
    }
}
