package io.leakguard.heap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the shortest path from a root to each object: breadth first, so that the first path found is one of the shortest.
 * What only a running method's variable holds comes second, since methods end. All that is without the guard's own
 * references; then, for what is left, with them; then with soft and weak ones. Not thread-safe.
 */
final class Search {

    private static final int UNSEEN = -1;

    /** The wanted objects that were not met yet. */
    private final BitSet missing = new BitSet();

    private int missingCount;

    private final Dump dump;
    /** The object before, or -2 minus the number of the root. */
    private final int[] from;

    private final List<Root> roots = new ArrayList<>();
    private final IntQueue queue = new IntQueue();
    private final List<Integer> withheld = new ArrayList<>();
    private final List<Root> frames = new ArrayList<>();
    private final List<Root> withheldRoots = new ArrayList<>();
    private final Map<Integer, Boolean> guardThreads = new HashMap<>();
    /** What the later passes have reached, and by what. */
    private final Map<Integer, Holder.Strength> later = new HashMap<>();

    Search(Dump dump) {
        this.dump = dump;
        this.from = new int[dump.count()];
        Arrays.fill(from, UNSEEN);
    }

    /** Walks the whole dump, and then finds out about the wanted objects that it has not met. */
    void run(int[] wanted) {
        dump.roots().stream()
                .filter(r -> r.type() == Root.Type.THREAD)
                .forEach(r -> guardThreads.put(
                        dump.object(r.id()),
                        dump.threadName(dump.object(r.id())).startsWith(GuardClasses.THREADS)));
        for (int object : wanted) {
            if (object >= 0 && !missing.get(object)) {
                missing.set(object);
                missingCount++;
            }
        }
        begin();
        walk(false);
        frames.forEach(this::add);
        walk(false);
        if (missingCount == 0) {
            return;
        }
        boolean[] open = unseen(wanted);
        withheldRoots.forEach(this::add);
        withheld.forEach(object -> dump.strong(object, to -> reach(object, to)));
        walk(true);
        mark(wanted, open, Holder.Strength.GUARD);
        open = unseen(wanted);
        for (int object = 0; object < from.length; object++) {
            if (from[object] != UNSEEN && !isWithheld(object)) {
                int holder = object;
                dump.weak(object, to -> reach(holder, to));
            }
        }
        walk(true);
        mark(wanted, open, Holder.Strength.WEAK);
    }

    private boolean[] unseen(int[] wanted) {
        boolean[] result = new boolean[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            result[i] = wanted[i] >= 0 && from[wanted[i]] == UNSEEN;
        }
        return result;
    }

    private void mark(int[] wanted, boolean[] open, Holder.Strength by) {
        for (int i = 0; i < wanted.length; i++) {
            if (open[i] && from[wanted[i]] != UNSEEN) {
                later.put(wanted[i], by);
            }
        }
    }

    /** Static fields first: of paths of one length, theirs tells most. */
    private void begin() {
        dump.permanentStatics(this::addUnlessGuards);
        for (Root.Type type : List.of(
                Root.Type.THREAD,
                Root.Type.CLASS,
                Root.Type.NATIVE,
                Root.Type.MONITOR,
                Root.Type.OTHER,
                Root.Type.JAVA_FRAME)) {
            dump.roots().stream().filter(r -> r.type() == type).forEach(this::addUnlessGuards);
        }
    }

    private void addUnlessGuards(Root root) {
        DumpClass c = root.declaredBy();
        boolean guards = c != null
                ? GuardClasses.isGuards(c.name)
                : isGuardsThread(dump.object(root.id()))
                        || (root.thread() != 0 && isGuardsThread(dump.thread(root.thread())));
        if (guards) {
            withheldRoots.add(root);
        } else if (root.type() == Root.Type.JAVA_FRAME) {
            frames.add(root);
        } else {
            add(root);
        }
    }

    private boolean isGuardsThread(int object) {
        return guardThreads.getOrDefault(object, false);
    }

    private void add(Root root) {
        int object = dump.object(root.id());
        if (object >= 0 && from[object] == UNSEEN) {
            from[object] = -2 - roots.size();
            roots.add(root);
            met(object);
            queue.add(object);
        }
    }

    private void reach(int holder, int object) {
        if (from[object] == UNSEEN) {
            from[object] = holder;
            met(object);
            if (!dump.isLeaf(object)) {
                queue.add(object);
            }
        }
    }

    private void met(int object) {
        if (missing.get(object)) {
            missing.clear(object);
            missingCount--;
        }
    }

    private void walk(boolean all) {
        while (missingCount > 0 && !queue.isEmpty()) {
            int object = queue.next();
            if (!all && isWithheld(object)) {
                withheld.add(object);
            } else {
                dump.strong(object, to -> reach(object, to));
            }
        }
    }

    private boolean isWithheld(int object) {
        DumpClass c = dump.classOf(object);
        if (c == null) {
            DumpClass itself = dump.asClass(object);
            return itself != null && !itself.permanent && GuardClasses.isGuards(itself.name);
        }
        return c.guards || (!guardThreads.isEmpty() && isGuardsThread(object));
    }

    /** By what an object is held. */
    Holder.Strength strength(int object) {
        if (object < 0 || from[object] == UNSEEN) {
            return Holder.Strength.NONE;
        }
        return later.getOrDefault(object, Holder.Strength.STRONG);
    }

    /**
     * The path to an object.
     *
     * @param root where it begins; null if nothing holds the object
     * @param hops the references, from the root on
     */
    record Path(@Nullable Root root, List<Dump.Hop> hops) {}

    Path path(int object) {
        List<Dump.Hop> hops = new ArrayList<>();
        int at = object;
        while (from[at] >= 0) {
            Dump.Hop hop = dump.hop(from[at], at);
            hops.add(
                    0,
                    Objects.requireNonNullElse(
                            hop, new Dump.Hop(from[at], at, "referent", dump.classOf(from[at]), -1, false)));
            at = from[at];
        }
        return new Path(from[at] == UNSEEN ? null : roots.get(-2 - from[at]), hops);
    }
}
