package io.leakguard.internal.base;

import java.io.FileInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor that is held so that it can be given back: what must be written when the process has none left is written
 * with it. Where there is no {@code /dev/null} it holds none. Thread-safe.
 */
public final class SpareDescriptor {

    private @Nullable FileInputStream held;

    /** Takes one, if there is one. */
    public SpareDescriptor() {
        take();
    }

    /** Takes one, if none is held and there is one. */
    public synchronized void take() {
        if (held == null) {
            try {
                held = new FileInputStream("/dev/null");
            } catch (IOException e) {
                held = null; // another system, or none left: then there is none to give back
            }
        }
    }

    /** Gives it back. */
    public synchronized void give() {
        FileInputStream spare = held;
        held = null;
        if (spare != null) {
            try {
                spare.close();
            } catch (IOException e) {
                // It was only read from, and not even that: nothing is lost.
            }
        }
    }
}
