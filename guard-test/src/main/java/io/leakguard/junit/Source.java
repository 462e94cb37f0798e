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

    /** Tells whether the collector ends unreachable things of this sort. */
    default boolean isCollected() {
        return false;
    }
}
