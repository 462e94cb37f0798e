package io.leakguard.demo;

import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.ScopeUsage;
import io.leakguard.SiteLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Compares what the bugs left open with what the guard found.
 *
 * @param rows one for each seeded place
 * @param complaints everything that isn't as it should be; none if the guard was right
 */
record Verdict(List<Row> rows, List<String> complaints) {

    /**
     * A seeded place.
     *
     * @param place its name
     * @param leaked how many the daemon left open there
     * @param found how many of them the guard found, at that very line
     * @param how as what: {@code collected} without close, or listed as {@code open} at the end
     * @param blamed the line as the guard's reports have it
     */
    record Row(String place, long leaked, long found, String how, String blamed) {}

    /** A listener that keeps what it is told. The guard tells it everything before its {@code close} returns. */
    static final class Reports implements LeakListener {
        private final List<LeakReport> leaks = new CopyOnWriteArrayList<>();
        private final List<OpenResources.Group> open = new CopyOnWriteArrayList<>();
        private final List<ScopeUsage> greedy = new CopyOnWriteArrayList<>();

        @Override
        public void onLeak(LeakReport report) {
            leaks.add(report);
        }

        /** How many units of work were said to allocate too much. */
        int greedy() {
            return greedy.size();
        }

        @Override
        public void onAllocation(ScopeUsage usage, long limit) {
            greedy.add(usage);
        }

        @Override
        public void onOpenAtShutdown(OpenResources resources) {
            open.addAll(resources.groups());
        }
    }

    static Verdict of(Bugs bugs, List<SiteLeaks> leaks, GuardStats stats, Reports reports, long expectedGreedy) {
        List<String> complaints = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        List<SiteLeaks> otherLeaks = new ArrayList<>(leaks);
        List<LeakReport> otherReports = new ArrayList<>(reports.leaks);
        List<OpenResources.Group> otherOpen = new ArrayList<>(reports.open);
        for (Bugs.Place place : bugs.places()) {
            long leaked = place.forgotten().sum();
            long found = 0;
            String blamed = "-";
            if (place.held()) {
                for (OpenResources.Group group : reports.open) {
                    if (isAt(place, group.siteText())) {
                        found += group.count();
                        blamed = group.siteText();
                        otherOpen.remove(group);
                    }
                }
            } else {
                LeakCause cause = place.scoped() ? LeakCause.ESCAPED_SCOPE : LeakCause.COLLECTED;
                for (SiteLeaks leak : leaks) {
                    if (isAt(place, leak.siteText()) && leak.cause() == cause) {
                        found += leak.occurrences();
                        blamed = leak.siteText();
                        otherLeaks.remove(leak);
                    }
                }
                long told = 0;
                for (LeakReport report : reports.leaks) {
                    if (isAt(place, report.siteText()) && report.cause() == cause) {
                        told = Math.max(told, report.occurrences());
                        otherReports.remove(report);
                    }
                }
                if (place.scoped()) {
                    reports.open.stream()
                            .filter(group -> isAt(place, group.siteText()))
                            .forEach(otherOpen::remove);
                }
                if (told != leaked) {
                    complaints.add(place.name() + ": " + leaked + " leaked, the last report tells of " + told);
                }
            }
            rows.add(new Row(
                    place.name(),
                    leaked,
                    found,
                    found == 0 ? "-" : place.held() ? "open" : place.scoped() ? "escaped" : "collected",
                    blamed));
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
        long total = bugs.forgotten(false);
        expect(complaints, "leaked", stats.leaked(), total + bugs.forgottenInScopes());
        expect(complaints, "collected", stats.collected(), total);
        expect(complaints, "open", stats.open(), bugs.forgotten(true));
        expect(complaints, "opened", stats.opened(), stats.closed() + stats.collected() + stats.open());
        expect(complaints, "scopes that allocated too much", reports.greedy.size(), bugs.areOn() ? expectedGreedy : 0);
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
