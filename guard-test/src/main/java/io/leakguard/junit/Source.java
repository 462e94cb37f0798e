package io.leakguard.junit;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One sort of thing that tests leave behind. Lists the things that exist now. Used by one thread at a time. */
interface Source {

    /** Tells, cheaply, whether the list may differ from the last one. */
    boolean mayHaveChanged();

    /** Lists the things that exist now, without those of the JVM and the build tool. */
    Set<Object> list();

    /** Describes new things, while they can still be described. Things without a description are ignored. */
    Map<Object, Finding.Item> describe(Collection<Object> keys);

    /** Adds a detail about a thing that is left, for a person. */
    String detail(Object key);

    /** The reason why it may live as long as the JVM; empty if there is none. */
    default String longLived(Object key, Finding.Item item) {
        return Objects.requireNonNullElse(LongLived.reason(item), "");
    }

    /** Its maker, if known better than by the time of its appearance. */
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
