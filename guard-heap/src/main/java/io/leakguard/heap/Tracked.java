package io.leakguard.heap;

import org.jspecify.annotations.Nullable;

/**
 * What a guard tracked as open when the dump was made.
 *
 * @param index its number in the question of the process; -1 if there was none
 * @param handle the number of its handle; -1 if the dump does not have it
 * @param handleClass the class of the handle, with its package
 * @param ageMillis how long it had been open; -1 if unknown
 */
record Tracked(
        int index,
        int handle,
        String handleClass,
        String kind,
        String site,
        String description,
        String thread,
        String scope,
        Cause cause,
        long ageMillis) {

    /** Why the guard reported it. */
    enum Cause {
        OPEN,
        ESCAPED,
        OVERDUE,
        GROWING;

        static @Nullable Cause of(String text) {
            for (Cause cause : values()) {
                if (cause.name().equalsIgnoreCase(text)) {
                    return cause;
                }
            }
            return null;
        }
    }
}
