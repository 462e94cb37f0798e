package io.leakguard.internal.base;

import java.io.FileInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor held in reserve. When the process has none left, it is given back so that a file can be written. Without
 * a {@code /dev/null} it holds none. Thread-safe.
 */
public final class SpareDescriptor {

    private @Nullable FileInputStream held;

    /** Takes a descriptor, if there is one. */
    public SpareDescriptor() {
        take();
    }

    /** Takes a descriptor, if none is held and there is one. */
    public synchronized void take() {
        if (held == null) {
            try {
                held = new FileInputStream("/dev/null");
            } catch (IOException e) {
                held = null; // another system, or no descriptor left: none is held
            }
        }
    }

    /** Gives the descriptor back. */
    public synchronized void give() {
        FileInputStream spare = held;
        held = null;
        if (spare != null) {
            try {
                spare.close();
            } catch (IOException e) {
                // The file was never read: a failed close loses nothing.
            }
        }
    }
}
