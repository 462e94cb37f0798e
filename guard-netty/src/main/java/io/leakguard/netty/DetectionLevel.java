package io.leakguard.netty;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps Netty's level of leak detection high enough for a guard. Below SIMPLE Netty 4.1 calls no detector, and no
 * pipeline says which handlers had a buffer. Frameworks such as Vert.x 4 set the level to DISABLED when their classes
 * are initialised.
 */
final class DetectionLevel {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");

    private static final String PROPERTY = "io.netty.leakDetection.level";
    private static final String OLD_PROPERTY = "io.netty.leakDetectionLevel";
    private static final long LOOK_EVERY_MILLIS = Duration.ofSeconds(1).toMillis();

    /** Checks the level now and then, since Netty doesn't notify of changes. */
    private final Runnable look;

    // Guarded by this.
    private @Nullable Level wanted;
    private Level before = Level.SIMPLE;
    private Level set = Level.SIMPLE;
    private @Nullable String declared;
    private boolean told;
    private @Nullable Thread looking;

    DetectionLevel(Runnable look) {
        this.look = look;
    }

    /** The level that the program has set. */
    synchronized Level ofProgram() {
        return wanted == null ? ResourceLeakDetector.getLevel() : before;
    }

    /**
     * Raises the level to the one that a guard needs, and keeps it there until it is {@linkplain #restore restored}.
     */
    synchronized void hold(Level needed) {
        if (wanted != null) {
            return;
        }
        before = ResourceLeakDetector.getLevel();
        set = before;
        wanted = needed;
        if (before.compareTo(needed) < 0) {
            set(needed);
        }
        declare();
        if (needed == Level.DISABLED) {
            return; // it can't be lowered
        }
        Thread thread = new Thread(null, this::lookAgain, "leakguard-netty-level", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        looking = thread;
        thread.start();
    }

    private void set(Level level) {
        set = level;
        ResourceLeakDetector.setLevel(level);
    }

    /** Frameworks don't change the level if the user has set this property. Netty has read it by now. */
    private void declare() {
        if (System.getProperty(PROPERTY) == null && System.getProperty(OLD_PROPERTY) == null) {
            declared = ResourceLeakDetector.getLevel().name();
            System.setProperty(PROPERTY, declared);
        }
    }

    /** Raises the level again if something has lowered it. */
    void lookNow() {
        Level lowered;
        Level needed;
        synchronized (this) {
            needed = wanted;
            lowered = ResourceLeakDetector.getLevel();
            if (needed == null || lowered.compareTo(needed) >= 0) {
                return;
            }
            before = lowered;
            set(needed);
            if (told) {
                return;
            }
            told = true;
        }
        String hidden = NettyFeatures.asksForRecords()
                ? "the handlers of channels that are opened meanwhile"
                : lowered == Level.DISABLED ? "every buffer that is allocated meanwhile" : "the uses of buffers";
        LOG.atLevel(lowered == Level.DISABLED ? org.slf4j.event.Level.WARN : org.slf4j.event.Level.INFO)
                .log(
                        "Something set Netty's leak detection to {}, which hides {} from LeakGuard. LeakGuard has set it to {}"
                                + " again, and will each time",
                        lowered,
                        hidden,
                        needed);
    }

    private void lookAgain() {
        while (true) {
            synchronized (this) {
                if (looking != Thread.currentThread()) {
                    return;
                }
                try {
                    wait(LOOK_EVERY_MILLIS);
                } catch (InterruptedException e) {
                    continue; // nobody has a reason to interrupt it, and it ends with the guard
                }
                if (looking != Thread.currentThread()) {
                    return;
                }
            }
            look.run();
        }
    }

    /** Restores the level that the program set last, unless the program has raised it meanwhile. */
    synchronized void restore() {
        if (wanted == null) {
            return;
        }
        wanted = null;
        if (ResourceLeakDetector.getLevel() == set) {
            ResourceLeakDetector.setLevel(before);
        }
        String own = declared;
        declared = null;
        if (own != null && own.equals(System.getProperty(PROPERTY))) {
            System.clearProperty(PROPERTY);
        }
        looking = null;
        notifyAll();
    }
}
