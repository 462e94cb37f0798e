package io.leakguard.internal;

import io.leakguard.LeakPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes the guard's own frames off a stack and finds the application frame to blame. */
final class SiteFinder {

    /** Our public packages, exactly: a user's own {@code io.leakguard.something} is not skipped. */
    private static final Set<String> OWN = Set.of(
            "io.leakguard",
            "io.leakguard.adapter",
            "io.leakguard.agent",
            "io.leakguard.heap",
            "io.leakguard.jdbc",
            "io.leakguard.junit",
            "io.leakguard.netty",
            "io.leakguard.report",
            "io.leakguard.spring",
            "io.leakguard.telemetry",
            "io.leakguard.watch");

    private static final String INTERNAL = "io.leakguard.internal.";

    private final List<String> appPackages;
    private final CodeOrigins origins;
    private final BlameSkip skip;

    SiteFinder(List<String> appPackages, CodeOrigins origins) {
        this(appPackages, origins, BlameSkip.NONE);
    }

    SiteFinder(List<String> appPackages, CodeOrigins origins, BlameSkip skip) {
        this.appPackages = appPackages.stream().map(p -> p + ".").toList();
        this.origins = origins;
        this.skip = skip;
    }

    /** Finds the application's code; on the reporter's thread, before the first stack is explained there. */
    void start() {
        origins.start();
    }

    StackInfo explain(StackTraceElement[] raw, String handleClass) {
        int start = 0;
        while (start < raw.length && isOwn(raw[start])) {
            start++;
        }
        List<StackTraceElement> frames = new ArrayList<>(raw.length - start);
        if (appPackages.isEmpty()) {
            origins.lookUp(Arrays.stream(raw, start, raw.length)
                    .filter(frame -> !isOwn(frame))
                    .toList());
        }
        List<StackTraceElement> ofApplication = new ArrayList<>();
        List<StackTraceElement> ofLibraries = new ArrayList<>();
        StackTraceElement site = null;
        StackTraceElement perhaps = null;
        StackTraceElement helper = null;
        StackTraceElement unlikely = null;
        int blameFrom = afterHandle(raw, start, handleClass);
        for (int i = start; i < raw.length; i++) {
            StackTraceElement frame = raw[i];
            frames.add(frame);
            if (i < blameFrom || isOwn(frame)) {
                continue;
            }
            CodeOrigins.Origin origin = origin(frame);
            boolean skipped = skip.skips(frame);
            if (origin != CodeOrigins.Origin.LIBRARY) {
                ofApplication.add(frame);
                if (skipped) {
                    helper = frame; // of several the outermost, if nobody else can be blamed
                } else if (site == null && origin == CodeOrigins.Origin.APPLICATION) {
                    site = frame;
                } else if (perhaps == null && origin == CodeOrigins.Origin.PERHAPS_APPLICATION) {
                    perhaps = frame;
                }
            }
            if (!isJdk(frame)) {
                ofLibraries.add(frame);
                if (unlikely == null && !skipped && !Plumbing.is(frame)) {
                    unlikely = frame;
                }
            }
        }
        if (site == null) {
            StackTraceElement likely = perhaps != null ? perhaps : helper != null ? helper : unlikely;
            site = likely != null ? likely : frames.isEmpty() ? null : frames.get(0);
        }
        boolean byApplication = !ofApplication.isEmpty();
        List<StackTraceElement> path = byApplication ? ofApplication : ofLibraries;
        if (path.isEmpty() && site != null) {
            path = frames;
        }
        return new StackInfo(List.copyOf(frames), site, LeakPath.of(path, "", ""), byApplication);
    }

    /** Where the frames end in which a handle makes and tracks itself: its class and its superclasses' constructors. */
    private static int afterHandle(StackTraceElement[] raw, int start, String handleClass) {
        boolean seen = false;
        int i = start;
        while (i < raw.length) {
            boolean ofHandle = raw[i].getClassName().equals(handleClass);
            if (!ofHandle && !raw[i].getMethodName().equals("<init>")) {
                break;
            }
            seen |= ofHandle;
            i++;
        }
        return seen && i < raw.length ? i : start;
    }

    static boolean isOwn(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith(INTERNAL) || OWN.contains(packageOf(name));
    }

    /** Whether a frame is one that could be blamed: of the application, and not of the guard. */
    boolean isBlamable(StackTraceElement frame) {
        return !isOwn(frame) && isApplication(frame);
    }

    private boolean isApplication(StackTraceElement frame) {
        return origin(frame) != CodeOrigins.Origin.LIBRARY;
    }

    private CodeOrigins.Origin origin(StackTraceElement frame) {
        String name = frame.getClassName();
        if (name.startsWith("$Proxy", name.lastIndexOf('.') + 1)) {
            // A java.lang.reflect.Proxy lies in its interface's package; nobody can open that line.
            return CodeOrigins.Origin.LIBRARY;
        }
        if (appPackages.isEmpty()) {
            return origins.of(frame);
        }
        for (String prefix : appPackages) {
            if (name.startsWith(prefix)) {
                return CodeOrigins.Origin.APPLICATION;
            }
        }
        return CodeOrigins.Origin.LIBRARY;
    }

    /** Tells by a frame's name alone whether it belongs to the JDK or to a library that opens for others. */
    static boolean isLibrary(StackTraceElement frame) {
        return Libraries.has(frame.getClassName());
    }

    private static boolean isJdk(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith("java.")
                || name.startsWith("javax.")
                || name.startsWith("jdk.")
                || name.startsWith("sun.");
    }

    private static String packageOf(String className) {
        int dot = className.lastIndexOf('.');
        return dot < 0 ? "" : className.substring(0, dot);
    }

    static String qualified(@Nullable StackTraceElement frame) {
        return frame == null ? "" : frame.getClassName() + "." + frame.getMethodName();
    }
}
