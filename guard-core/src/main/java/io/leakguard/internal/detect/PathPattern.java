package io.leakguard.internal.detect;

import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.Suppression;
import io.leakguard.internal.base.Glob;
import io.leakguard.internal.stack.PathRules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of a path, {@code com.acme.Db.connection<com.acme.OrderJob.run}. {@link Suppression} documents its form.
 */
public final class PathPattern {

    private static final String ANY_FRAMES = "**";

    private final List<String> elements;

    private PathPattern(List<String> elements) {
        this.elements = elements;
    }

    /** Returns the pattern of a path; null for a pattern of a single frame. */
    static @Nullable PathPattern of(String pattern) {
        if (pattern.indexOf('<') < 0 || isConstructor(pattern)) {
            return null;
        }
        List<String> elements = split(pattern);
        int last = elements.size() - 1;
        // An empty end is the path's end. At other places a pattern may match in the middle of a path.
        if (elements.get(0).isEmpty()) {
            elements.remove(0);
            last--;
        } else {
            elements.add(0, ANY_FRAMES);
            last++;
        }
        if (elements.get(last).isEmpty()) {
            elements.remove(last);
        } else {
            elements.add(ANY_FRAMES);
        }
        return new PathPattern(List.copyOf(elements));
    }

    /** Returns the fault of a pattern; null if it has none. */
    public static @Nullable String fault(String pattern) {
        List<String> elements = split(pattern);
        if (elements.size() > 1 && elements.stream().allMatch(String::isEmpty)) {
            return "it names no frame: write com.acme.Db.connection<com.acme.OrderJob.run, the caller last";
        }
        for (int i = 1; i < elements.size() - 1; i++) {
            if (elements.get(i).isEmpty()) {
                return "it has two < next to each other: name the frame between them, or write ** for any frames";
            }
        }
        return null;
    }

    /** Tells whether a suppression's patterns match a leak. */
    public static boolean matches(Suppression suppression, LeakReport report) {
        PathPattern path = of(suppression.frame());
        return Glob.matches(suppression.kind(), report.kind().name())
                && (path != null
                        ? path.matches(report.path())
                        : SuppressionList.matchesFrame(suppression.frame(), report.stack()));
    }

    private static boolean isConstructor(String pattern) {
        return split(pattern).size() == 1;
    }

    /** Splits at each {@code <} except those of {@code <init>} and {@code <clinit>}. */
    private static List<String> split(String pattern) {
        List<String> elements = new ArrayList<>();
        int start = 0;
        for (int i = pattern.indexOf('<'); i >= 0; i = pattern.indexOf('<', i + 1)) {
            if (pattern.startsWith("<init>", i) || pattern.startsWith("<clinit>", i)) {
                continue;
            }
            elements.add(pattern.substring(start, i));
            start = i + 1;
        }
        elements.add(pattern.substring(start));
        return elements;
    }

    boolean matches(LeakPath path) {
        List<String> names = PathRules.elements(path, false);
        List<String> withLines = PathRules.elements(path, true);
        if (names.isEmpty()) {
            return false;
        }
        int p = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < names.size()) {
            if (p < elements.size() && elements.get(p).equals(ANY_FRAMES)) {
                star = p++;
                resume = n;
            } else if (p < elements.size() && matches(elements.get(p), names.get(n), withLines.get(n))) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (p < elements.size() && elements.get(p).equals(ANY_FRAMES)) {
            p++;
        }
        return p == elements.size();
    }

    private static boolean matches(String pattern, String name, String withLine) {
        return Glob.matches(pattern, name) || (pattern.indexOf(':') >= 0 && Glob.matches(pattern, withLine));
    }
}
