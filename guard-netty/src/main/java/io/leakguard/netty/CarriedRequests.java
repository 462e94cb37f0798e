package io.leakguard.netty;

import io.leakguard.LeakScope;
import org.jspecify.annotations.Nullable;

/** The requests that were read into one buffer, and those whose handlers returned without releasing it. */
final class CarriedRequests {

    private final LeakScope first;
    private LeakScope last;
    private int count = 1;

    private @Nullable LeakScope keeper;
    private @Nullable LeakScope lastKeeper;
    private int keepers;

    CarriedRequests(LeakScope first) {
        this.first = first;
        this.last = first;
    }

    void add(LeakScope scope) {
        if (scope != last) {
            count++;
            last = scope;
        }
    }

    void keptBy(LeakScope scope) {
        if (scope != lastKeeper) {
            if (keepers++ == 0) {
                keeper = scope;
            }
            lastKeeper = scope;
        }
    }

    /** The request that leaked it; null if unknown. */
    @Nullable
    LeakScope kept() {
        return count == 1 ? first : keepers == 1 ? keeper : null;
    }

    void describe(StringBuilder text) {
        LeakScope known = kept();
        LeakScope one = keeper;
        LeakScope other = lastKeeper;
        if (count == 1) {
            text.append(" · carried ").append(first.name());
        } else if (known != null) {
            text.append(" · carried ").append(count).append(" requests; ").append(known.name());
            text.append(" still held it when its handlers returned");
        } else if (one != null && other != null) {
            text.append(" · carried ")
                    .append(count)
                    .append(" requests, of which ")
                    .append(keepers);
            text.append(" held it when their handlers returned: ").append(one.name());
            text.append(keepers > 2 ? " to " : " and ").append(other.name());
        } else {
            text.append(" · carried ").append(count).append(" requests, from ").append(first.name());
            text.append(" to ").append(last.name());
            text.append(": not known which of them kept it");
        }
    }
}
