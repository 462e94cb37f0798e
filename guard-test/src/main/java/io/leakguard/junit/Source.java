package io.leakguard.junit;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One sort of thing that tests leave behind: it lists what there is now. Used by one thread at a time. */
interface Source {

    /** Tells, cheaply, whether the list may differ from the last one that was made. */
    boolean mayHaveChanged();

    /** Lists what is there now, without what the JVM and the build tool have for themselves. */
    Set<Object> list();

    /** Describes new ones, while it is known what they are. Those that have no description are of no interest. */
    Map<Object, Finding.Item> describe(Collection<Object> keys);

    /** Says of one that is left what a person wants to know next. */
    String detail(Object key);

    /** Why it may live as long as the JVM; empty if there is no such reason. */
    default String longLived(Object key, Finding.Item item) {
        return Objects.requireNonNullElse(LongLived.reason(item), "");
    }

    /** Who made it, if that is known better than by the time at which it appeared. */
    default @Nullable Unit ownerOf(Object key) {
        return null;
    }

    /** Tells whether it may be meant for the whole suite, so that it is told at its end and fails nobody. */
    default boolean mayBeTheSuites(Object key, Unit owner) {
        return false;
    }

    /** Tells whether it is a part of something that is told already. */
    default boolean isTold(Object key, Unit owner) {
        return false;
    }

    /** Tells whether the collector takes what nobody holds, and that is as it should be: only one that stays is left. */
    default boolean isFreed() {
        return false;
    }

    /** Tells whether the collector ends what nobody refers to any more. */
    default boolean isCollected() {
        return false;
    }
}
