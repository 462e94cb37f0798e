package io.leakguard.heap;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who holds what a guard tracks as open, read from a heap dump. Immutable and thread-safe.
 *
 * <p>Of the paths from a root to a resource the shortest is shown, counted in references; others may exist. A variable of a
 * running method is shown only where nothing else holds the resource. Weak, soft and phantom references hold nothing. A dump of 2 GB takes up to 1 GB of heap to read, and up to a minute: read it in a
 * process of its own, as {@code java -jar guard-agent.jar held-by} does.
 *
 * {@snippet :
 * System.out.println(HeldBy.read(Path.of("app.hprof"), HolderFilter.ALL.kind("socket")).toText());
 * }
 */
public final class HeldBy {

    private final List<Holder> holders;
    private final List<List<Integer>> indexes;
    private final long open;
    private final boolean guarded;
    private final int more;

    private HeldBy(List<Holder> holders, List<List<Integer>> indexes, long open, boolean guarded, int more) {
        this.holders = List.copyOf(holders);
        this.indexes = indexes;
        this.open = open;
        this.guarded = guarded;
        this.more = more;
    }

    /**
     * Reads a dump.
     *
     * @param dump a heap dump in HotSpot's format, from {@code jcmd <pid> GC.heap_dump} or at an {@code OutOfMemoryError}
     * @return who holds all that was open
     * @throws IOException if it can't be read, is no dump, is cut off or damaged; the message names the file and the fix
     */
    public static HeldBy read(Path dump) throws IOException {
        return read(dump, HolderFilter.ALL);
    }

    /**
     * Reads a dump.
     *
     * @param dump a heap dump
     * @param filter chooses among what was open
     * @return who holds what the filter takes
     * @throws IOException as {@link #read(Path)}
     */
    public static HeldBy read(Path dump, HolderFilter filter) throws IOException {
        return read(dump, filter, false);
    }

    /** {@code marked} if the process chose the resources itself, in the order of {@link #indexes}. */
    static HeldBy read(Path file, HolderFilter filter, boolean marked) throws IOException {
        try {
            return readSound(file, filter, marked);
        } catch (RuntimeException | InternalError e) {
            // Of a file that is no longer what it was, the system tells by an error.
            throw new IOException(file + " is damaged, or was changed while it was read: make the dump again", e);
        }
    }

    private static HeldBy readSound(Path file, HolderFilter filter, boolean marked) throws IOException {
        Dump dump = Dump.read(file);
        boolean guarded = dump.classes().stream().anyMatch(c -> c.name.equals(GuardClasses.TRACKER));
        List<Tracked> all = new Trackers(dump).read(marked);
        List<Tracked> taken = marked ? all : all.stream().filter(filter::takes).toList();
        Search search = new Search(dump);
        if (!taken.isEmpty()) {
            search.run(taken.stream().mapToInt(Tracked::handle).toArray());
        }
        return group(dump, search, taken, filter.number(), guarded);
    }

    private record Key(String kind, String site, Tracked.Cause cause, Holder.Strength strength, String shape) {}

    private static final class Group {
        final List<Integer> indexes = new ArrayList<>();
        Tracked oldest;
        PathText.Steps steps;

        Group(Tracked oldest, PathText.Steps steps) {
            this.oldest = oldest;
            this.steps = steps;
        }
    }

    private static HeldBy group(Dump dump, Search search, List<Tracked> all, int most, boolean guarded) {
        Map<Key, Group> groups = new LinkedHashMap<>();
        PathText texts = new PathText(dump);
        for (Tracked one : all) {
            Holder.Strength strength = search.strength(one.handle());
            PathText.Steps steps = strength == Holder.Strength.NONE
                    ? new PathText.Steps(List.of(), "")
                    : texts.of(search.path(one.handle()), one.handleClass(), strength == Holder.Strength.GUARD);
            Group group = groups.computeIfAbsent(
                    new Key(one.kind(), one.site(), one.cause(), strength, steps.shape()), k -> new Group(one, steps));
            if (one.ageMillis() > group.oldest.ageMillis()) {
                group.oldest = one;
                group.steps = steps;
            }
            group.indexes.add(one.index());
        }
        List<Map.Entry<Key, Group>> sorted = new ArrayList<>(groups.entrySet());
        sorted.sort(Comparator.comparingInt(
                        (Map.Entry<Key, Group> e) -> -e.getValue().indexes.size())
                .thenComparingLong(e -> -e.getValue().oldest.ageMillis()));
        List<Holder> holders = new ArrayList<>();
        List<List<Integer>> indexes = new ArrayList<>();
        for (Map.Entry<Key, Group> e : sorted.subList(0, Math.min(most, sorted.size()))) {
            holders.add(holder(e.getKey(), e.getValue()));
            indexes.add(List.copyOf(e.getValue().indexes));
        }
        return new HeldBy(holders, indexes, all.size(), guarded, sorted.size() - holders.size());
    }

    private static Holder holder(Key key, Group group) {
        Tracked oldest = group.oldest;
        return new Holder(
                group.indexes.size(),
                key.kind,
                key.site,
                key.cause.name().toLowerCase(Locale.ROOT),
                key.strength,
                group.steps.shown(),
                oldest.ageMillis() < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(oldest.ageMillis())),
                oldest.description(),
                oldest.thread(),
                oldest.scope());
    }

    /**
     * Returns the answer.
     *
     * @return a line for each kind, line of opening and shape of path; those with the most resources first
     */
    public List<Holder> holders() {
        return holders;
    }

    /**
     * Returns the number of resources that were open and that the filter takes.
     *
     * @return 0 or more
     */
    public long open() {
        return open;
    }

    /**
     * Tells whether the process had a guard: guard-core, or the agent.
     *
     * @return true if it had
     */
    public boolean isGuarded() {
        return guarded;
    }

    /**
     * Tells whether something is held by the guard alone, which is a fault.
     *
     * @return true if so
     */
    public boolean hasFault() {
        return holders.stream().anyMatch(h -> h.strength() == Holder.Strength.GUARD);
    }

    /** For each holder the numbers that the process gave its resources. */
    List<List<Integer>> indexes() {
        return indexes;
    }

    /** The number of lines that the filter left out. */
    int more() {
        return more;
    }

    /**
     * Returns the answer as text for a terminal.
     *
     * @return several lines of text without a trailing line break
     */
    public String toText() {
        return Output.text(this);
    }

    /**
     * Returns the answer as JSON: an object with {@code open}, {@code guarded}, {@code more} and {@code holders}.
     *
     * @return a JSON text, in ASCII but for what the application named
     */
    public String toJson() {
        return Output.json(this);
    }
}
