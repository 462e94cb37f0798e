package io.leakguard.internal.track;

import java.io.File;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A hint or description that is an object of the application. It is referenced weakly, so that a tracker keeps neither
 * a request nor a class loader alive. Only a report turns it into text.
 */
public final class WeakHint {
    private final WeakReference<Object> object;
    private final String className;

    private WeakHint(Object object) {
        this.object = new WeakReference<>(object);
        this.className = object.getClass().getName();
    }

    /** Keeps values as they are, and all other objects weakly. */
    static @Nullable Object keep(@Nullable Object hint) {
        if (hint == null
                || hint instanceof String
                || hint instanceof Number
                || hint instanceof Boolean
                || hint instanceof Character
                || hint instanceof UUID
                || ((hint instanceof TemporalAccessor
                                || hint instanceof TemporalAmount
                                || hint instanceof Path
                                || hint instanceof File)
                        && isJdk(hint))) {
            return hint;
        }
        return new WeakHint(hint);
    }

    private static boolean isJdk(Object value) {
        return value.getClass().getClassLoader() == null;
    }

    public String text() {
        Object o = object.get();
        return o != null ? String.valueOf(o) : className + " (collected)";
    }
}
