package io.leakguard.internal.detect;

import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.track.WeakHint;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns descriptions and hints, which are kept as they were given, into text. Not on the application's threads. */
public final class Descriptions {

    private static final int MAX_LENGTH = 1_024;

    private Descriptions() {}

    /** Calls user code for a text. The result is a text whatever that code does. */
    public static String text(@Nullable Object value) {
        try {
            Object v = value instanceof Supplier<?> supplier
                    ? supplier.get()
                    : value instanceof ResourceProbe probe ? probe.describe() : value;
            if (v == null) {
                return "";
            }
            return Text.safe(v instanceof WeakHint hint ? hint.text() : String.valueOf(v), MAX_LENGTH);
        } catch (Throwable t) {
            return "(its description failed: " + t.getClass().getName() + ")";
        }
    }
}
