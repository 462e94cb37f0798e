package io.leakguard.agent.internal;

import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.stack.SiteFinder;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Each descriptor of this process, with its opener and the time. On the guard's threads. */
final class OpenDescriptors {

    private static final String EPOLL = "anon_inode:[eventpoll]";
    private static final String EVENT = "anon_inode:[eventfd]";

    private final JvmOwn own;
    private final Map<Integer, String> before;
    private final boolean attached;
    private final Set<String> unix;
    private final Map<Integer, Held> byNumber = new HashMap<>();
    private final Map<String, Held> byPath = new HashMap<>();

    /** The owner of a descriptor. */
    private enum Owner {
        KNOWN,
        LEAKED,
        JVM,
        BEFORE,
        NOT_KNOWN
    }

    private record Row(int number, Owner owner, String text) {}

    /**
     * Reads the open descriptors.
     *
     * @param resources the records of this process's guards
     * @param before the descriptors that were open when the agent was installed
     * @param attached whether the process was running before that
     */
    OpenDescriptors(List<Object[]> resources, JvmOwn own, Map<Integer, String> before, boolean attached) {
        this.own = own;
        this.before = before;
        this.attached = attached;
        this.unix = Descriptors.attachSockets();
        for (Object[] row : resources) {
            Held resource = Held.of(row);
            for (int number : resource.descriptors) {
                // Numbers are used again: the youngest resource has it now.
                byNumber.merge(number, resource, (a, b) -> a.ageNanos < b.ageNanos ? a : b);
            }
            if (resource.descriptors.length == 0 || resource.kind.equals(ResourceKind.DIRECTORY_STREAM.name())) {
                String path = Descriptors.path(resource.description);
                if (!path.isEmpty()) {
                    byPath.putIfAbsent(path, resource);
                }
            }
        }
    }

    /** An open resource, in the form in which a guard of any class loader passes it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Held(
            int[] descriptors,
            String kind,
            String description,
            String site,
            List<StackTraceElement> stack,
            long ageNanos,
            String thread,
            String scope) {

        @SuppressWarnings("unchecked")
        static Held of(Object[] row) {
            return new Held(
                    (int[]) row[0],
                    (String) row[1],
                    (String) row[2],
                    (String) row[3],
                    (List<StackTraceElement>) row[4],
                    (long) row[5],
                    (String) row[6],
                    (String) row[7]);
        }
    }

    String toText() {
        Map<Integer, String> all = Descriptors.all();
        if (all.isEmpty()) {
            return "descriptors can't be listed here: there is no /proc";
        }
        Map<Integer, Integer> listeners = new HashMap<>();
        all.forEach((number, target) -> {
            if (target.equals(EPOLL)) {
                Descriptors.listenedTo(number).forEach(other -> listeners.put(other, number));
            }
        });
        Set<String> jars = jars();
        List<Row> rows = new ArrayList<>();
        Map<Owner, Integer> counts = new HashMap<>();
        all.forEach((number, target) -> {
            rows.add(row(number, target, all, listeners, jars));
        });
        shareBetweenEnds(rows, all);
        rows.forEach(row -> counts.merge(row.owner, 1, Integer::sum));
        StringBuilder out = new StringBuilder(4_096);
        out.append(Text.count(all.size(), "descriptor"))
                .append(": ")
                .append(counts.getOrDefault(Owner.KNOWN, 0))
                .append(" opened where it is shown, ")
                .append(counts.getOrDefault(Owner.LEAKED, 0))
                .append(" leaked, ")
                .append(counts.getOrDefault(Owner.JVM, 0))
                .append(" the JVM's own, ")
                .append(counts.getOrDefault(Owner.BEFORE, 0))
                .append(" opened before the agent came, ")
                .append(counts.getOrDefault(Owner.NOT_KNOWN, 0))
                .append(" unattributed");
        for (Row row : rows) {
            out.append(String.format("%n%6d  %s", row.number, row.text));
        }
        return out.toString();
    }

    /** Gives both ends of a pipe the same opener, since one call opened them. */
    private static void shareBetweenEnds(List<Row> rows, Map<Integer, String> all) {
        Map<String, Row> known = new HashMap<>();
        for (Row row : rows) {
            String target = all.getOrDefault(row.number, "");
            if (row.owner != Owner.NOT_KNOWN && target.startsWith("pipe:")) {
                known.put(target, row);
            }
        }
        rows.replaceAll(row -> {
            Row other = row.owner == Owner.NOT_KNOWN ? known.get(all.getOrDefault(row.number, "")) : null;
            return other == null ? row : new Row(row.number, other.owner, other.text);
        });
    }

    private Row row(
            int number, String target, Map<Integer, String> all, Map<Integer, Integer> listeners, Set<String> jars) {
        Held resource = byNumber.get(number);
        if (resource == null) {
            resource = byPath.get(Descriptors.file(target));
        }
        Integer listener = listeners.get(number);
        if (resource == null && listener != null && isInternal(target)) {
            resource = byNumber.get(listener); // wakes a selector
        }
        if (resource != null) {
            return new Row(number, Owner.KNOWN, describe(resource, target));
        }
        String lost = own.lost(number, target);
        if (lost == null && listener != null) {
            lost = own.lost(listener, all.getOrDefault(listener, ""));
        }
        if (lost != null) {
            return new Row(number, Owner.LEAKED, Text.safe(target, 300) + "  " + lost);
        }
        String apart = own.own(number, target);
        if (apart == null && listener != null) {
            apart = own.own(listener, all.getOrDefault(listener, ""));
        }
        if (apart != null || number <= 2 || isOfJvm(target, jars)) {
            return new Row(
                    number,
                    Owner.JVM,
                    Text.safe(target, 300) + "  the JVM's own" + (apart == null ? "" : " (" + apart + ")"));
        }
        if (target.equals(before.get(number))) {
            // An agent that was there from the start comes right after the JVM itself.
            return attached
                    ? new Row(number, Owner.BEFORE, Text.safe(target, 300) + "  opened before the agent came")
                    : new Row(number, Owner.JVM, Text.safe(target, 300) + "  the JVM's own");
        }
        return new Row(number, Owner.NOT_KNOWN, Text.safe(target, 300) + "  unattributed");
    }

    /** The parts that a selector or a group of channels uses itself. */
    private static boolean isInternal(String target) {
        return target.equals(EVENT) || target.startsWith("pipe:") || target.startsWith("socket:");
    }

    private static String describe(Held resource, String target) {
        Duration age = Duration.ofNanos(resource.ageNanos);
        String library = SiteFinder.library(resource.stack, resource.site);
        StringBuilder out = new StringBuilder(200);
        out.append(Text.safe(target, 300)).append("  ").append(resource.kind);
        if (!resource.description.isEmpty() && !resource.description.equals(target)) {
            out.append(" \"").append(resource.description).append('"');
        }
        out.append(" opened at ").append(Text.safe(resource.site, 300));
        if (!library.isEmpty()) {
            out.append(" by ").append(Text.safe(library, 300));
        }
        out.append(" · ")
                .append(Instant.now().minus(age).truncatedTo(ChronoUnit.MILLIS))
                .append(", ")
                .append(Text.duration(age))
                .append(" ago");
        if (!resource.thread.isEmpty()) {
            out.append(" · thread ").append(Text.safe(resource.thread, 100));
        }
        if (!resource.scope.isEmpty()) {
            out.append(" · scope ").append(Text.safe(resource.scope, 200));
        }
        return out.toString();
    }

    private boolean isOfJvm(String target, Set<String> jars) {
        return jars.contains(Descriptors.file(target))
                || target.startsWith(System.getProperty("java.home", "/nowhere") + File.separator)
                || target.startsWith("/dev/random")
                || target.startsWith("/dev/urandom")
                || target.startsWith("/sys/fs/cgroup")
                || target.contains("/hsperfdata_")
                || target.startsWith("/proc/" + ProcessHandle.current().pid() + "/") // the guard's watch
                || unix.contains(target);
    }

    /** The class path, which class loaders open, and the agent's jar, which is appended to it. */
    private static Set<String> jars() {
        Set<String> result = new HashSet<>();
        String path = System.getProperty("java.class.path", "");
        for (String entry : path.split(File.pathSeparator, -1)) {
            result.add(Descriptors.path(entry));
        }
        result.add(Descriptors.path(System.getProperty("leakguard.agent.jar", "")));
        result.remove("");
        return result;
    }
}
