package io.leakguard.junit;

import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The text about leaks: kind, line, owner, and the fix. */
final class LeakText {

    private static final int MAX_SITES = 20;
    private static final int MAX_FRAMES = 8;
    private static final int MAX_CHILDREN = 5;

    /** Leaks on one path. */
    record Site(List<Leak> leaks) {
        Leak first() {
            return leaks.get(0);
        }

        int count() {
            return leaks.size();
        }
    }

    private final Settings settings;
    private final Unit unit;
    private final Duration waited;

    LeakText(Settings settings, Unit unit, Duration waited) {
        this.settings = settings;
        this.unit = unit;
        this.waited = waited;
    }

    static List<Site> bySite(List<Leak> leaks) {
        Map<List<Object>, List<Leak>> sites = new LinkedHashMap<>();
        for (Leak leak : leaks) {
            LeakReport r = leak.report;
            sites.computeIfAbsent(
                            List.of(r.kind(), r.cause(), r.siteText(), r.path(), leak.owner.id),
                            key -> new ArrayList<>())
                    .add(leak);
        }
        return sites.values().stream().map(Site::new).toList();
    }

    ResourceLeakError error(List<Leak> leaks) {
        List<Site> sites = bySite(leaks);
        ResourceLeakError error = new ResourceLeakError(headline(leaks) + body(sites), stack(sites.get(0)));
        suppress(error, sites);
        return error;
    }

    /** A click on its first frame leads to the project's line, or to the library's that it called. */
    private static List<StackTraceElement> stack(Site site) {
        return Frames.withoutJdkAtTop(site.first().report.stack());
    }

    private void suppress(ResourceLeakError error, List<Site> sites) {
        for (Site site : sites) {
            LeakReport r = site.first().report;
            error.addSuppressed(new ResourceLeakError(
                    r.kind() + described(r) + " was opened here"
                            + (site.count() > 1 ? ", and " + (site.count() - 1) + " more like it" : ""),
                    stack(site)));
        }
    }

    ResourceLeakError missing(ExpectLeaks expected, int found, List<Leak> others, @Nullable String inconclusive) {
        StringBuilder text = new StringBuilder("@ExpectLeaks demands ")
                .append(expected.count() == 0 ? "a leak" : counted(expected.count(), "leak"))
                .append(" of kind ")
                .append(expected.kind())
                .append(" at ")
                .append(expected.site())
                .append(", and ")
                .append(unit.name)
                .append(" leaked ")
                .append(found == 0 ? "none" : String.valueOf(found));
        if (inconclusive != null) {
            text.append("; inconclusive for leaks that only the garbage collector can find: ")
                    .append(inconclusive);
        }
        List<Site> sites = bySite(others);
        if (!sites.isEmpty()) {
            text.append("\nbut it leaked this:").append(body(sites));
        }
        ResourceLeakError error = new ResourceLeakError(text.toString(), List.of());
        suppress(error, sites);
        return error;
    }

    String warning(List<Leak> leaks) {
        return "[leakguard] WARNING: " + headline(leaks) + body(bySite(leaks));
    }

    private String headline(List<Leak> leaks) {
        boolean own = leaks.stream().allMatch(l -> l.owner == unit);
        String head = counted(leaks.size(), "resource") + " leaked by ";
        if (own) {
            return head + unit.name;
        }
        List<String> owners = leaks.stream().map(l -> l.owner.name).distinct().toList();
        return head
                + owners.stream().limit(3).collect(Collectors.joining(", "))
                + (owners.size() > 3 ? " and " + (owners.size() - 3) + " more" : "")
                + (owners.size() == 1 && owners.get(0).equals(unit.name) ? "" : ", found at the end of " + unit.name);
    }

    private String body(List<Site> sites) {
        StringBuilder out = new StringBuilder();
        int n = 0;
        boolean more = false;
        for (Site site : sites) {
            if (++n > MAX_SITES) {
                out.append("\n … ").append(sites.size() - MAX_SITES).append(" more sites");
                more = true;
                break;
            }
            more |= site(out, n, site);
        }
        if (more) {
            out.append("\n all of it in ").append(settings.output().resolve("leaks.html"));
        }
        LeakReport first = sites.get(0).first().report;
        out.append("\n to fix: close it, best by try-with-resources");
        if (settings.fromCommandLine()) {
            return out.append(knownByFile(first)).toString();
        }
        out.append(" · shared by the class: TestScope.adopt(x, CLASS)")
                .append(" · known: @AllowLeaks(kind = \"")
                .append(first.kind())
                .append("\", site = \"")
                .append(site(first))
                .append("\", reason = \"…\")");
        return out.toString();
    }

    /** In a project that was switched on from the command line, nothing that changes its code. */
    private String knownByFile(LeakReport first) {
        return settings.mode() == LeakMode.BASELINE
                ? " · known: a line in the file of -Dleakguard.suppressions: " + first.kind() + " " + site(first)
                        + " because …"
                : " · known: write today's to a file by -D" + Settings.PREFIX + "baseline.write=true, and run with -D"
                        + Settings.PREFIX + "mode=baseline";
    }

    private static String site(LeakReport report) {
        return report.site()
                .map(f -> f.getClassName() + "." + Attributor.methodOf(f))
                .orElse("*");
    }

    /** Returns whether something was left out. */
    private boolean site(StringBuilder out, int n, Site site) {
        Leak leak = site.first();
        LeakReport r = leak.report;
        out.append("\n ").append(n).append(") ").append(r.kind()).append(described(r));
        if (site.count() > 1) {
            out.append(" × ").append(site.count());
        }
        out.append(", ").append(state(r)).append(" · open for ").append(duration(r.openFor()));
        if (r.cause() == LeakCause.ESCAPED_SCOPE && leak.owner == unit && !waited.isZero()) {
            out.append("; waited ").append(duration(waited)).append(" for it to be closed");
        }
        out.append("\n    opened ").append(where(leak)).append(" on thread ").append(r.threadName());
        if (leak.owner != unit) {
            out.append(" by ").append(leak.owner.name);
        }
        out.append("\n    whose: ")
                .append(leak.attribution.text)
                .append(" (confidence: ")
                .append(leak.attribution.confidence)
                .append(')');
        if (!leak.candidates.isEmpty()) {
            out.append("\n    candidates: ")
                    .append(leak.candidates.stream().map(u -> u.name).collect(Collectors.joining(", ")));
        }
        if (!leak.because.isEmpty()) {
            out.append("\n    ").append(leak.because);
        }
        if (!leak.heldBy.isEmpty()) {
            out.append("\n    held by: ").append(leak.heldBy);
        }
        List<StackTraceElement> frames = relevant(leak);
        frames.stream().limit(MAX_FRAMES).forEach(f -> out.append("\n      at ").append(f));
        if (frames.isEmpty()) {
            out.append("\n      ").append(r.siteText());
        }
        if (r.stack().size() > Math.min(frames.size(), MAX_FRAMES)) {
            out.append("\n      … ")
                    .append(r.stack().size() - Math.min(frames.size(), MAX_FRAMES))
                    .append(" more frames");
        }
        int shown = 0;
        for (LeakReport.Child child : r.children()) {
            if (++shown > MAX_CHILDREN) {
                out.append("\n    … ")
                        .append(r.children().size() - MAX_CHILDREN)
                        .append(" more under it");
                break;
            }
            out.append("\n    still open under it: ").append(child.kind());
            if (!child.description().isEmpty()) {
                out.append(" \"").append(child.description()).append('"');
            }
            out.append(" · ").append(child.siteText());
        }
        return r.stack().size() > MAX_FRAMES;
    }

    private static String state(LeakReport r) {
        return switch (r.cause()) {
            case ESCAPED_SCOPE -> "still open";
            case COLLECTED -> r.cause().text(r.kind());
            case OVERDUE, GROWING, OPEN_AT_SHUTDOWN -> r.cause().text();
        };
    }

    private static String described(LeakReport r) {
        return r.description().isEmpty() ? "" : " \"" + r.description() + "\"";
    }

    /** The frames up to the test, without the frames of JUnit and reflection that called it. */
    static List<StackTraceElement> relevant(Leak leak) {
        List<StackTraceElement> stack = leak.report.stack();
        String className = leak.owner.className;
        int end = stack.size();
        while (end > 0 && Frames.isCaller(stack.get(end - 1).getClassName())) {
            end--;
        }
        boolean inTest = false;
        for (int i = 0; i < end; i++) {
            String name = stack.get(i).getClassName();
            inTest |= !className.isEmpty() && name.startsWith(className);
            if (inTest && name.startsWith("org.junit.")) {
                end = i; // JUnit runs within JUnit: leave the outer run out
                while (end > 0 && Frames.isCaller(stack.get(end - 1).getClassName())) {
                    end--;
                }
                break;
            }
        }
        return Frames.withoutJdkAtTop(stack.subList(0, end));
    }

    /** The life-cycle method of its test class in which a leak was opened. */
    static String where(Leak leak) {
        String className = leak.owner.className;
        if (!className.isEmpty()) {
            StackTraceElement frame = outermost(leak, name -> name.equals(className));
            if (frame == null) {
                frame = outermost(leak, name -> name.startsWith(className + "$") || className.startsWith(name + "$"));
            }
            if (frame != null) {
                return phase(frame);
            }
        }
        return leak.isStatic() ? "in a static initialiser" : "outside the test class";
    }

    private static @Nullable StackTraceElement outermost(Leak leak, Predicate<String> ofClass) {
        List<StackTraceElement> stack = leak.report.stack();
        for (int i = stack.size() - 1; i >= 0; i--) {
            if (ofClass.test(stack.get(i).getClassName())) {
                return stack.get(i);
            }
        }
        return null;
    }

    private static String phase(StackTraceElement frame) {
        String method = Attributor.methodOf(frame);
        if (method.equals("<init>")) {
            return "in a field initialiser or constructor";
        }
        if (method.equals("<clinit>")) {
            return "in a static initialiser";
        }
        try {
            Class<?> type = Class.forName(
                    frame.getClassName(), false, Thread.currentThread().getContextClassLoader());
            for (Method m : type.getDeclaredMethods()) {
                if (m.getName().equals(method)) {
                    for (Annotation a : m.getAnnotations()) {
                        String name = a.annotationType().getName();
                        if (name.startsWith("org.junit.jupiter.")) {
                            return "in @" + a.annotationType().getSimpleName() + " " + method;
                        }
                    }
                }
            }
        } catch (ClassNotFoundException | LinkageError e) {
            // Generated, or another loader's class: use its name.
        }
        return "in " + method;
    }

    static String counted(long n, String noun) {
        return counted(n, noun, noun + "s");
    }

    static String counted(long n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }

    static String duration(Duration d) {
        long ms = d.toMillis();
        if (ms < 1_000) {
            return ms + " ms";
        }
        return String.format(Locale.ROOT, "%d.%03d s", ms / 1_000, ms % 1_000);
    }
}
