package io.leakguard.internal.detect;

import io.leakguard.LeakPath;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.stack.PathTrail;
import io.leakguard.internal.stack.StackInfo;
import io.leakguard.internal.track.HeapMark;
import io.leakguard.internal.track.Probes;
import io.leakguard.internal.track.Tracker;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Who holds what is open, as the last dump told: texts by kind and path of opening. Immutable. */
final class Holders {

    static final Holders NONE = new Holders(Map.of(), 0, 0);

    private static final long FRESH_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int LONGEST = 1_000;

    private record Key(ResourceKind kind, Object of) {
        // By hand: the methods of a record keep the class loader of its components softly reachable from the JDK.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key k && kind == k.kind && of.equals(k.of);
        }

        @Override
        public int hashCode() {
            return 31 * kind.hashCode() + of.hashCode();
        }
    }

    private final Map<Key, String> texts;
    private final long takenNanos;
    private final int read;

    private Holders(Map<Key, String> texts, long takenNanos, int read) {
        this.texts = texts;
        this.takenNanos = takenNanos;
        this.read = read;
    }

    /** Joins what was read of each tracker, by its place in the mark. */
    static Holders of(HeapMark mark, Map<Integer, String> heldBy, long takenNanos) {
        Map<Key, Map<String, Integer>> counted = new HashMap<>();
        heldBy.forEach((index, text) -> {
            if (index >= 0 && index < mark.size()) {
                Tracker tracker = mark.tracker(index);
                StackInfo info = tracker.stack instanceof StackInfo known ? known : null;
                LeakPath path = PathTrail.path(info, Probes.lastHolder(tracker), "");
                String site = info == null ? "" : info.siteText;
                String safe = Text.safe(text, LONGEST);
                count(counted, new Key(tracker.kind.kind, path), safe);
                count(counted, new Key(tracker.kind.kind, site), safe);
            }
        });
        Map<Key, String> texts = new HashMap<>();
        counted.forEach((key, ways) -> texts.put(key, text(ways)));
        return new Holders(texts, takenNanos, heldBy.size());
    }

    private static void count(Map<Key, Map<String, Integer>> counted, Key key, String text) {
        counted.computeIfAbsent(key, k -> new LinkedHashMap<>()).merge(text, 1, Integer::sum);
    }

    private static String text(Map<String, Integer> ways) {
        String most = ways.entrySet().stream()
                .max(Comparator.comparingInt(Map.Entry::getValue))
                .orElseThrow()
                .getKey();
        return ways.size() == 1 ? most : most + " (and in " + Text.count(ways.size() - 1, "other way") + ")";
    }

    /** How many resources the dump told of. */
    int read() {
        return read;
    }

    /** Who holds what was opened on a path; empty if it is not known. */
    String of(ResourceKind kind, @Nullable LeakPath path, String site, long nowNanos) {
        String text = path == null ? null : texts.get(new Key(kind, path));
        if (text == null && path != null && !path.equals(LeakPath.UNKNOWN)) {
            text = texts.get(new Key(kind, site));
        }
        if (text == null) {
            return "";
        }
        long age = nowNanos - takenNanos;
        return age < FRESH_NANOS ? text : text + ", " + Text.duration(Duration.ofNanos(age)) + " ago";
    }
}
