package io.leakguard.junit;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.adapter.HeapReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Finds who holds what a failing test has left open: {@code leakguard.junit.held.by}. It takes a heap dump and some seconds,
 * which only a test that fails is worth.
 */
final class HoldersOfLeaks {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private HoldersOfLeaks() {}

    /** Reads the setting; throws if it is on and nothing reads heap dumps. */
    static boolean isWanted(String value) {
        boolean wanted = !value.isEmpty() && Settings.bool("held.by", value);
        if (wanted && !isPossible()) {
            throw new IllegalArgumentException(Settings.PREFIX + "held.by is true, but guard-heap is not on the class"
                    + " path: add io.leakguard:guard-heap with the scope of tests, or set it to false");
        }
        return wanted;
    }

    private static boolean isPossible() {
        return ServiceLoader.load(HeapReader.class, HeapReader.class.getClassLoader())
                        .findFirst()
                        .isPresent()
                || ServiceLoader.load(HeapReader.class).findFirst().isPresent();
    }

    /** Adds to each leak that is still open who holds it, or why that can't be told. */
    static void find(LeakGuard guard, List<Leak> leaks) {
        List<Leak> open = leaks.stream()
                .filter(leak -> leak.report.cause() == LeakCause.ESCAPED_SCOPE)
                .toList();
        if (open.isEmpty()) {
            return;
        }
        try {
            List<OpenResources.Group> groups = guard.findHolders(TIMEOUT).groups();
            open.forEach(leak -> leak.heldBy = of(leak.report, groups));
        } catch (IOException e) {
            open.forEach(leak -> leak.heldBy = "unknown: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            open.forEach(leak -> leak.heldBy = "unknown: the run is being stopped");
        }
    }

    private static String of(LeakReport report, List<OpenResources.Group> groups) {
        String ofSite = "";
        for (OpenResources.Group group : groups) {
            if (group.kind() == report.kind() && group.siteText().equals(report.siteText())) {
                if (group.stack().equals(report.stack())) {
                    return group.heldBy();
                }
                ofSite = group.heldBy();
            }
        }
        return ofSite;
    }
}
