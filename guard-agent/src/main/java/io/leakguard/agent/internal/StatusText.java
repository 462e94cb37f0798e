package io.leakguard.agent.internal;

import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.leakguard.watch.ResourceWatch;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a guard stands, as a table. */
final class StatusText {

    private StatusText() {}

    static String of(LeakGuard guard, @Nullable ResourceWatch watch, int own, long droppedLines) {
        GuardStats stats = guard.stats();
        StringBuilder out = new StringBuilder(1_024);
        out.append(
                String.format(Locale.ROOT, "%-26s %12s %12s %12s %12s", "kind", "opened", "closed", "open", "leaked"));
        Map<ResourceKind, GuardStats.KindStats> sorted = new TreeMap<>(stats.byKind());
        sorted.forEach((kind, of) -> {
            if (of.opened() > 0) {
                out.append(String.format(
                        Locale.ROOT,
                        "%n%-26s %12d %12d %12d %12d",
                        kind.name(),
                        of.opened(),
                        of.closed(),
                        of.open(),
                        of.leaked()));
            }
        });
        out.append(String.format(
                Locale.ROOT,
                "%nreported %d, suppressed %d, dropped %d, failures of the guard %d · %d descriptors of the JVM's own set apart",
                stats.reported(),
                stats.suppressed(),
                stats.dropped(),
                stats.internalErrors(),
                own));
        if (watch == null) {
            out.append("\nthe watch is off");
        } else {
            ResourceWatch.Status status = watch.status();
            out.append("\nwatch: ").append(status.level().name().toLowerCase(Locale.ROOT));
            status.descriptorsUsed()
                    .ifPresent(used -> out.append(" · descriptors ")
                            .append(used)
                            .append(
                                    status.descriptorsLimit().isPresent()
                                            ? " of " + status.descriptorsLimit().getAsLong()
                                            : ""));
        }
        if (droppedLines > 0) {
            out.append("\nabout ").append(droppedLines).append(" lines of the log were lost: too many waited");
        }
        return out.toString();
    }
}
