package io.leakguard.heap;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the guards' trackers out of a dump: what was open, and what the guard knew of it. */
final class Trackers {

    // As in the guard's Tracker.
    private static final int ENDED = 3;
    private static final int ESCAPED = 4;
    private static final int OVERDUE = 8;

    private static final int LONGEST = 300;
    private static final int MAX_SCOPES = 16;

    private final Dump dump;
    private final Set<String> growing = new HashSet<>();
    private long nanos;

    Trackers(Dump dump) {
        this.dump = dump;
    }

    /**
     * Lists all that was open, or what the process asked about by its mark.
     *
     * @param marked whether the process left a mark
     */
    List<Tracked> read(boolean marked) {
        List<Integer> found = new ArrayList<>();
        long now = 0;
        boolean known = false;
        for (int object : dump.ofInterest()) {
            switch (dump.nameOfClass(object)) {
                case GuardClasses.MARK -> {
                    if (marked && dump.ref(object, "trackers") >= 0) {
                        return ofMark(object);
                    }
                }
                case GuardClasses.REGISTRY -> {
                    long ticked = dump.number(object, "tickedNanos", 0);
                    if (ticked != 0 && (!known || ticked - now > 0)) {
                        now = ticked;
                        known = true;
                    }
                }
                case GuardClasses.COUNTS -> grows(object);
                default -> found.add(object);
            }
        }
        nanos = known ? now : 0;
        List<Tracked> result = new ArrayList<>();
        for (int tracker : found) {
            if ((dump.number(tracker, "state", 0) & ENDED) == 0 && isOpen(tracker)) {
                Tracked one = tracked(tracker, -1, known);
                if (one.handle() >= 0 && !one.kind().isEmpty()) {
                    result.add(one);
                }
            }
        }
        return result;
    }

    private List<Tracked> ofMark(int mark) {
        nanos = dump.number(mark, "nanos", 0);
        List<Tracked> result = new ArrayList<>();
        int[] trackers = dump.elements(dump.ref(mark, "trackers"));
        for (int i = 0; i < trackers.length; i++) {
            if (trackers[i] >= 0) {
                result.add(tracked(trackers[i], i, true));
            }
        }
        return result;
    }

    private void grows(int counts) {
        if (dump.number(counts, "alarmed", 0) != 0) {
            growing.add(kind(dump.ref(counts, "kind")) + " " + siteText(dump.ref(counts, "exemplar")));
        }
    }

    /** A record of a pooled object stays when the object goes back to its pool. */
    private boolean isOpen(int tracker) {
        if (dump.number(tracker, "ended", 0) != 0) {
            return false;
        }
        int handle = referent(tracker);
        DumpClass c = dump.classOf(handle);
        if (c == null || !c.isA("io.netty.buffer.AbstractReferenceCountedByteBuf")) {
            return true;
        }
        int counter = dump.ref(handle, "refCnt");
        // Netty counts by twos: an odd number means released.
        long count = counter >= 0 ? dump.number(counter, "value", 2) : dump.number(handle, "refCnt", 2);
        return (count & 1) == 0;
    }

    private int referent(int tracker) {
        int[] found = {-1};
        dump.weak(tracker, to -> found[0] = to);
        return found[0];
    }

    private Tracked tracked(int tracker, int index, boolean nanosKnown) {
        int handle = referent(tracker);
        DumpClass of = dump.classOf(handle);
        String handleClass = of == null ? text(dump.ref(tracker, "handleClass")) : of.name;
        String kind = kind(dump.ref(dump.ref(tracker, "kind"), "kind"));
        String site = site(dump.ref(tracker, "stack"));
        long opened = dump.number(tracker, "openedNanos", 0);
        return new Tracked(
                index,
                handle,
                handleClass,
                kind,
                site,
                text(dump.ref(tracker, "description")),
                text(dump.ref(tracker, "threadName")),
                scope(dump.ref(tracker, "scope")),
                cause((int) dump.number(tracker, "state", 0), kind, site),
                nanosKnown ? Math.max(0, nanos - opened) / 1_000_000 : -1);
    }

    private Tracked.Cause cause(int state, String kind, String site) {
        if ((state & ESCAPED) != 0) {
            return Tracked.Cause.ESCAPED;
        }
        if ((state & OVERDUE) != 0) {
            return Tracked.Cause.OVERDUE;
        }
        return growing.contains(kind + " " + site) ? Tracked.Cause.GROWING : Tracked.Cause.OPEN;
    }

    private String kind(int kind) {
        return text(dump.ref(kind, "name"));
    }

    private String text(int string) {
        String text = dump.string(string, LONGEST);
        return text == null ? "" : text;
    }

    private String scope(int scope) {
        StringBuilder path = new StringBuilder();
        int at = scope;
        for (int i = 0; at >= 0 && i < MAX_SCOPES; i++) {
            path.insert(0, text(dump.ref(at, "name")) + (i == 0 ? "" : " > "));
            at = dump.ref(at, "parent");
        }
        return path.toString();
    }

    private String siteText(int info) {
        return text(dump.ref(info, "siteText"));
    }

    /**
     * The line that opened it. The guard reads a stack after 30 s, or for a report; before that a dump has only its classes.
     */
    private String site(int stack) {
        if (stack < 0) {
            return "an unknown line: no creation stack was captured";
        }
        if (dump.ref(stack, "siteText") >= 0) {
            return siteText(stack);
        }
        int[] backtrace = dump.elements(dump.ref(stack, "backtrace"));
        for (int part : backtrace) {
            for (int mirror : part >= 0 && dump.isArray(part) ? dump.elements(part) : new int[0]) {
                DumpClass c = dump.asClass(mirror);
                if (c != null
                        && !Libraries.isLibrary(c.name)
                        && !GuardClasses.isGuards(c.name)
                        && !c.name.matches("io\\.leakguard\\.[A-Z].*")) {
                    return c.simpleName() + " (its line was not read yet)";
                }
            }
        }
        return "an unknown line: its stack was not read yet";
    }
}
