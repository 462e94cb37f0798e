package io.leakguard.junit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The things of one source that have appeared since the run began and still exist, each with the units that ran when it
 * appeared. A thing that code closed is forgotten. A thing that only the collector closed is a finding. Used under the
 * lock of {@link ProcessWatch}.
 */
final class Ledger {

    /** A thing that appeared and may be in use. */
    private static final class Candidate {
        final Object key;
        final Finding.Item item;
        /** The tests that ran when it appeared, else the class or the suite. */
        final List<Unit> owners;
        /** The number of collections when it was last seen. */
        long seenAtCollection;
        /** It is reachable: it survived a collection after its owners had ended. */
        boolean survived;

        Candidate(Object key, Finding.Item item, List<Unit> owners, long collections) {
            this.key = key;
            this.item = item;
            this.owners = owners;
            this.seenAtCollection = collections;
        }
    }

    final Watched watched;
    final Settings.Level level;
    private final Settings.Check check;
    private final Source source;
    private final Unit suite;

    private Set<Object> known;
    private final Map<Object, Candidate> candidates = new LinkedHashMap<>();
    private final List<Finding> found = new ArrayList<>();
    private long unsure;

    Ledger(Watched watched, Settings settings, Source source, Unit suite) {
        this.watched = watched;
        this.level = settings.level(watched);
        this.check = settings.check(watched);
        this.source = source;
        this.suite = suite;
        this.known = source.list();
    }

    boolean isOfThreads() {
        return watched == Watched.THREADS || watched == Watched.DAEMON_THREADS;
    }

    boolean fails() {
        return check == Settings.Check.FAIL;
    }

    /** Notes what has appeared and gone since the last look, while these units ran. */
    void look(List<Unit> active, boolean evenIfUnchanged) {
        look(active, evenIfUnchanged, null);
    }

    /**
     * Looks again while no test code runs. If one of the JVM's own collections closes a thing now, nobody had closed
     * it.
     */
    void lookAgain(List<Unit> active, ProcessWatch watch) {
        look(active, true, watch);
    }

    private void look(List<Unit> active, boolean evenIfUnchanged, @Nullable ProcessWatch quiet) {
        if (!evenIfUnchanged && !source.mayHaveChanged()) {
            return;
        }
        Set<Object> now = source.list();
        long collections = source.isCollected() ? Collector.collectionsOfTheJvm() : 0;
        for (Iterator<Candidate> i = candidates.values().iterator(); i.hasNext(); ) {
            Candidate c = i.next();
            if (now.contains(c.key)) {
                c.seenAtCollection = collections;
            } else {
                i.remove();
                if (c.seenAtCollection == collections || source.isFreed()) {
                    continue; // code closed it
                }
                if (quiet != null && quiet.haveEnded(c.owners) && quiet.isClosedByNobody(c.item, c.owners)) {
                    found.add(collected(c));
                } else {
                    unsure++; // either code or the collector closed it
                }
            }
        }
        List<Object> newOnes = new ArrayList<>();
        for (Object key : now) {
            if (!known.contains(key) && !candidates.containsKey(key)) {
                newOnes.add(key);
            }
        }
        if (!newOnes.isEmpty()) {
            source.describe(newOnes).forEach((key, item) -> {
                Unit owner = source.ownerOf(key);
                candidates.put(key, new Candidate(key, item, owner == null ? active : List.of(owner), collections));
            });
        }
        known = now;
    }

    /**
     * Called after a collection that followed a look. A thing that is gone now was not closed by code, if no code could
     * close it.
     */
    void collected(ProcessWatch watch) {
        if (!isDecidedByCollector() || candidates.isEmpty()) {
            return;
        }
        Set<Object> now = source.list();
        long collections = Collector.collectionsOfTheJvm();
        for (Iterator<Candidate> i = candidates.values().iterator(); i.hasNext(); ) {
            Candidate c = i.next();
            boolean ended = watch.haveEnded(c.owners);
            if (now.contains(c.key)) {
                c.seenAtCollection = collections;
                c.survived |= ended && watch.areForgotten(c.owners);
            } else {
                i.remove();
                if (source.isFreed()) {
                    continue; // nobody held it
                }
                if (ended && watch.isClosedByNobody(c.item, c.owners)) {
                    found.add(collected(c));
                } else {
                    unsure++;
                }
            }
        }
        known = now;
    }

    /** Tells whether a collection could decide something about a unit, or about all units that have ended. */
    boolean wantsCollection(ProcessWatch watch, Unit within) {
        return isDecidedByCollector()
                && candidates.values().stream()
                        .anyMatch(c -> !c.survived && watch.areOver(c.owners) && owner(c).isWithin(within));
    }

    private boolean isDecidedByCollector() {
        return source.isCollected() || source.isFreed();
    }

    /** Tells whether one of those about which a collection decides may be closed by code yet, as sockets often are. */
    boolean mayBeClosedYet(ProcessWatch watch, Unit within) {
        return source.isCollected()
                && candidates.values().stream()
                        .anyMatch(c -> !c.survived
                                && watch.areOver(c.owners)
                                && owner(c).isWithin(within)
                                && !watch.isClosedByNobody(c.item, c.owners));
    }

    boolean hasOneOf(Collection<Unit> owners) {
        return candidates.values().stream().anyMatch(c -> !Collections.disjoint(c.owners, owners));
    }

    /** Tells whether something is left that the end of a unit reports, unless it goes within the grace. */
    boolean isWaitedFor(ProcessWatch watch, Unit unit, boolean last) {
        return candidates.values().stream()
                .anyMatch(c -> last || (check == Settings.Check.FAIL && isToldAt(watch, c, unit, false)));
    }

    /** Takes the things of a test that only the collector closed. */
    List<Finding> takeOwn(Unit test) {
        List<Finding> result = new ArrayList<>();
        found.removeIf(f -> f.owner() == test && result.add(f));
        return result;
    }

    /** Takes the known findings of a class and its tests, or of the whole suite. */
    List<Finding> take(ProcessWatch watch, Unit unit, boolean last) {
        List<Finding> result = new ArrayList<>();
        found.removeIf(f -> f.owner().isWithin(unit) && result.add(f));
        for (Iterator<Candidate> i = candidates.values().iterator(); i.hasNext(); ) {
            Candidate c = i.next();
            if (isToldAt(watch, c, unit, last)) {
                i.remove(); // still in the list of what is known: it is told once
                if (source.isTold(c.key, owner(c))) {
                    continue;
                }
                result.add(finding(c, Finding.Outcome.LEFT, source.detail(c.key)));
            }
        }
        return result;
    }

    /**
     * A thing that a class opened outside of its tests may be the suite's, such as a server: the end of the suite
     * reports it. A warning waits for no grace: it comes at the end of a later class.
     */
    private boolean isToldAt(ProcessWatch watch, Candidate c, Unit unit, boolean last) {
        Unit owner = owner(c);
        if (last) {
            return true;
        }
        if (source.mayBeTheSuites(c.key, owner)) {
            return false;
        }
        if (source.isFreed() && !c.survived) {
            return false; // JUnit may hold the class yet
        }
        if ((owner.level != Unit.Level.TEST && level != Settings.Level.CLASS) || owner.level == Unit.Level.SUITE) {
            return false;
        }
        return check == Settings.Check.FAIL ? owner.isWithin(unit) : watch.isGraceOver(owner);
    }

    private Finding collected(Candidate c) {
        return finding(
                c, Finding.Outcome.COLLECTED, "never closed: the JDK did it for you when the object was collected");
    }

    private Finding finding(Candidate c, Finding.Outcome outcome, String detail) {
        return Finding.of(
                c.item,
                owner(c),
                c.owners.size() == 1 ? List.of() : c.owners,
                detail,
                outcome,
                check == Settings.Check.FAIL && source.mayBeTheSuites(c.key, owner(c)) ? Settings.Check.WARN : check,
                source.longLived(c.key, c.item));
    }

    private Unit owner(Candidate c) {
        return c.owners.size() == 1 ? c.owners.get(0) : Attributor.common(c.owners, suite);
    }

    /** The number of things that went while the collector ran, so that it is unknown whether code closed them. */
    long unsure() {
        return unsure;
    }
}
