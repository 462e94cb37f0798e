package io.leakguard.demo;

import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakListener;
import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.ScopeUsage;
import io.leakguard.SiteLeaks;
import io.leakguard.netty.OpenChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Compares the resources that the bugs left open with the findings of the guard.
 *
 * @param rows one for each seeded place
 * @param complaints differences from the expected result; empty if the guard was right
 */
record Verdict(List<Row> rows, List<String> complaints) {

    /**
     * A seeded place.
     *
     * @param place its name
     * @param leaked number of times that the bug struck there
     * @param found number of these that the guard found at that very line
     * @param how the finding: {@code collected} without close, {@code escaped} from its scope, {@code lost} in one of
     *     these ways, {@code overdue}, listed as {@code open} at the end or as {@code idle}, or {@code allocated} by a
     *     scope
     * @param blamed the line in the guard's reports; for allocation, the last such scope
     */
    record Row(String place, long leaked, long found, String how, String blamed) {}

    /** A listener that keeps all reports. The guard's {@code close} returns only after all of them. */
    static final class Reports implements LeakListener {
        private final List<LeakReport> leaks = new CopyOnWriteArrayList<>();
        private final List<OpenResources.Group> open = new CopyOnWriteArrayList<>();
        private final List<ScopeUsage> greedy = new CopyOnWriteArrayList<>();

        @Override
        public void onLeak(LeakReport report) {
            leaks.add(report);
        }

        @Override
        public void onOpenAtShutdown(OpenResources resources) {
            open.addAll(resources.groups());
        }

        @Override
        public void onAllocation(ScopeUsage usage, long limit) {
            greedy.add(usage);
        }
    }

    static Verdict of(Bugs bugs, List<SiteLeaks> leaks, List<OpenChannel> idle, GuardStats stats, Reports reports) {
        List<String> complaints = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        List<SiteLeaks> otherLeaks = new ArrayList<>(leaks);
        List<LeakReport> otherReports = new ArrayList<>(reports.leaks);
        List<OpenResources.Group> otherOpen = new ArrayList<>(reports.open);
        List<ScopeUsage> otherGreedy = new ArrayList<>(reports.greedy);
        List<OpenChannel> otherIdle = new ArrayList<>(idle);
        for (Bugs.Place place : bugs.places()) {
            long leaked = place.forgotten().sum();
            long found = 0;
            String blamed = "-";
            if (place.sort() == Bugs.Sort.ALLOCATES) {
                for (ScopeUsage usage : reports.greedy) {
                    if (usage.name().startsWith(place.name() + "-")) {
                        found++;
                        blamed = "scope " + usage.name();
                        otherGreedy.remove(usage);
                    }
                }
            }
            if (place.sort() == Bugs.Sort.IDLE) {
                for (OpenChannel channel : idle) {
                    if (isAt(place, channel.site())) {
                        found++;
                        blamed = channel.site();
                        otherIdle.remove(channel);
                    }
                }
            }
            for (OpenResources.Group group : reports.open) {
                // A resource that escaped its scope is also open at the end.
                if (isAt(place, group.siteText()) && isOpenAtTheEnd(place)) {
                    otherOpen.remove(group);
                    if (place.sort() == Bugs.Sort.HELD) {
                        found += group.count();
                        blamed = group.siteText();
                    }
                }
            }
            Set<LeakCause> causes = causesOf(place);
            for (SiteLeaks leak : leaks) {
                if (isAt(place, leak.siteText()) && causes.contains(leak.cause())) {
                    found += leak.occurrences();
                    blamed = leak.siteText();
                    otherLeaks.remove(leak);
                }
            }
            long told = 0;
            for (LeakCause cause : causes) {
                Map<LeakPath, Long> toldOfPath = new HashMap<>();
                for (LeakReport report : reports.leaks) {
                    if (isAt(place, report.siteText()) && report.cause() == cause) {
                        toldOfPath.merge(report.path(), report.occurrences(), Math::max);
                        otherReports.remove(report);
                    }
                }
                told += toldOfPath.values().stream().mapToLong(Long::longValue).sum();
            }
            if (!causes.isEmpty() && told != leaked) {
                complaints.add(place.name() + ": " + leaked + " leaked, the last reports tell of " + told);
            }
            if (place.sort() == Bugs.Sort.COLLECTED) {
                // A forgotten resource may be overdue before it is collected.
                otherLeaks.removeIf(l -> isAt(place, l.siteText()) && l.cause() == LeakCause.OVERDUE);
                otherReports.removeIf(r -> isAt(place, r.siteText()) && r.cause() == LeakCause.OVERDUE);
            }
            rows.add(new Row(place.name(), leaked, found, found == 0 ? "-" : how(place.sort()), blamed));
            if (found != leaked) {
                complaints.add(
                        place.name() + ": " + leaked + " leaked at " + place.line() + ", " + found + " found there");
            }
            if (leaked == 0 && bugs.areOn()) {
                complaints.add(place.name() + ": the events never led there");
            }
        }
        for (SiteLeaks leak : otherLeaks) {
            complaints.add("not seeded, but found: " + leak.occurrences() + " " + leak.kind() + " " + leak.cause()
                    + " at " + leak.siteText());
        }
        for (LeakReport report : otherReports) {
            complaints.add("not seeded, but reported: " + report.toText());
        }
        for (OpenResources.Group group : otherOpen) {
            complaints.add("not seeded, but open: " + group.count() + " " + group.kind() + " at " + group.siteText());
        }
        for (ScopeUsage usage : otherGreedy) {
            complaints.add("not seeded, but it allocated too much: scope " + usage.name());
        }
        for (OpenChannel channel : otherIdle) {
            complaints.add("not seeded, but idle: a channel from " + channel.remote() + " at " + channel.site());
        }
        long collected = bugs.forgotten(Bugs.Sort.COLLECTED, Bugs.Sort.LOST);
        long escaped = bugs.forgotten(Bugs.Sort.ESCAPED);
        expect(complaints, "leaked", stats.leaked(), collected + escaped);
        expect(complaints, "collected", stats.collected(), collected);
        expect(complaints, "open", stats.open(), escaped + bugs.forgotten(Bugs.Sort.HELD));
        expect(complaints, "opened", stats.opened(), stats.closed() + stats.collected() + stats.open());
        expect(complaints, "dropped reports", stats.dropped(), 0);
        expect(complaints, "suppressed", stats.suppressed(), 0);
        expect(complaints, "failures of listeners", stats.listenerFailures(), 0);
        expect(complaints, "failures inside the guard", stats.internalErrors(), 0);
        return new Verdict(List.copyOf(rows), complaints);
    }

    private static void expect(List<String> complaints, String what, long is, long expected) {
        if (is != expected) {
            complaints.add("the guard's count of " + what + " is " + is + ", not " + expected);
        }
    }

    /** The causes that reports of such a place may have; empty if there must be no reports. */
    private static Set<LeakCause> causesOf(Bugs.Place place) {
        return switch (place.sort()) {
            case COLLECTED -> Set.of(LeakCause.COLLECTED);
            case ESCAPED -> Set.of(LeakCause.ESCAPED_SCOPE);
            case LOST -> Set.of(LeakCause.ESCAPED_SCOPE, LeakCause.COLLECTED);
            case OVERDUE -> Set.of(LeakCause.OVERDUE);
            case HELD, IDLE, ALLOCATES -> Set.of();
        };
    }

    private static String how(Bugs.Sort sort) {
        return switch (sort) {
            case HELD -> "open";
            case ALLOCATES -> "allocated";
            default -> sort.name().toLowerCase(Locale.ROOT);
        };
    }

    private static boolean isOpenAtTheEnd(Bugs.Place place) {
        return place.sort() == Bugs.Sort.HELD || place.sort() == Bugs.Sort.ESCAPED;
    }

    private static boolean isAt(Bugs.Place place, String siteText) {
        return siteText.endsWith("(" + place.line() + ")");
    }

    boolean isGood() {
        return complaints.isEmpty();
    }

    String toText() {
        StringBuilder out = new StringBuilder();
        row(out, "seeded place", "leaked", "found", "as", "line blamed");
        long leaked = 0;
        long found = 0;
        for (Row r : rows) {
            row(out, r.place, Long.toString(r.leaked), Long.toString(r.found), r.how, r.blamed);
            leaked += r.leaked;
            found += r.found;
        }
        row(out, "all " + rows.size(), Long.toString(leaked), Long.toString(found), "", "");
        if (isGood()) {
            out.append(
                    leaked == 0
                            ? "\nGOOD: nothing leaked, and nothing was reported.\n"
                            : "\nGOOD: every leak was found at its line, and nothing else was reported.\n");
        } else {
            out.append("\nBAD:\n");
            complaints.forEach(c -> out.append("  ").append(c).append('\n'));
        }
        return out.toString();
    }

    private static void row(StringBuilder out, String place, String leaked, String found, String how, String blamed) {
        out.append(String.format(Locale.ROOT, "  %-16s %6s %6s  %-9s  %s", place, leaked, found, how, blamed)
                        .stripTrailing())
                .append('\n');
    }
}
