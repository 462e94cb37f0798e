package io.leakguard.internal.stack;

import io.leakguard.LeakPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Removes the guard's own frames from a stack and finds the application frame to blame. */
public final class SiteFinder {

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
    private static final String AGENT = "io.leakguard.agent.";
    /** The class that the agent's hooks call. Its name makes it the JDK's. */
    private static final String BRIDGE = "java.lang.LeakGuardBridge";

    private final List<String> appPackages;
    private final CodeOrigins origins;
    private final BlameSkip skip;

    public SiteFinder(List<String> appPackages, CodeOrigins origins) {
        this(appPackages, origins, BlameSkip.NONE);
    }

    public SiteFinder(List<String> appPackages, CodeOrigins origins, BlameSkip skip) {
        this.appPackages = appPackages.stream().map(p -> p + ".").toList();
        this.origins = origins;
        this.skip = skip;
    }

    /** Finds the application's code. Called on the reporter's thread, before it explains the first stack. */
    public void start() {
        origins.start();
    }

    public StackInfo explain(StackTraceElement[] raw, String handleClass) {
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
        List<StackTraceElement> generated = new ArrayList<>();
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
            CodeOrigins.Owner origin = origin(frame);
            boolean skipped = skip.skips(frame);
            if (origin != CodeOrigins.Owner.LIBRARY && GeneratedFrames.is(frame)) {
                generated.add(frame);
                continue;
            }
            if (origin != CodeOrigins.Owner.LIBRARY) {
                ofApplication.add(frame);
                if (skipped) {
                    helper = frame; // the outermost helper, if no other frame can be blamed
                } else if (site == null && origin == CodeOrigins.Owner.APPLICATION) {
                    site = frame;
                } else if (perhaps == null && origin == CodeOrigins.Owner.PERHAPS_APPLICATION) {
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
        if (ofApplication.isEmpty() && !generated.isEmpty()) {
            ofApplication.addAll(generated);
            perhaps = generated.get(0);
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

    /**
     * Returns the end of the frames in which a handle makes and tracks itself: its class and its superclasses'
     * constructors.
     */
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

    public static boolean isOwn(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith(INTERNAL)
                || OWN.contains(packageOf(name))
                || name.startsWith(AGENT)
                || name.equals(BRIDGE);
    }

    /**
     * Tells whether a frame may be blamed: it is the application's, and neither the guard's nor a generated class's.
     */
    public boolean isBlamable(StackTraceElement frame) {
        return !isOwn(frame) && !GeneratedFrames.is(frame) && isApplication(frame);
    }

    private boolean isApplication(StackTraceElement frame) {
        return origin(frame) != CodeOrigins.Owner.LIBRARY;
    }

    private CodeOrigins.Owner origin(StackTraceElement frame) {
        String name = frame.getClassName();
        if (name.startsWith("$Proxy", name.lastIndexOf('.') + 1)) {
            // A java.lang.reflect.Proxy lies in its interface's package; nobody can open that line.
            return CodeOrigins.Owner.LIBRARY;
        }
        if (appPackages.isEmpty()) {
            return origins.of(frame);
        }
        for (String prefix : appPackages) {
            if (name.startsWith(prefix)) {
                return CodeOrigins.Owner.APPLICATION;
            }
        }
        return CodeOrigins.Owner.LIBRARY;
    }

    /** Tells by a frame's name alone whether it belongs to the JDK or to a library that opens for others. */
    public static boolean isLibrary(StackTraceElement frame) {
        return Libraries.has(frame.getClassName());
    }

    /**
     * Returns the class of the library through which the JDK opened a resource for the application: the first class
     * that is not the JDK's.
     *
     * @param stack begins in the JDK if one of its methods was watched; for any other stack the result is empty
     * @return its name; empty if the blamed frame itself called the JDK
     */
    public static String library(List<StackTraceElement> stack, String siteText) {
        if (stack.isEmpty() || !isJdk(stack.get(0))) {
            return "";
        }
        for (StackTraceElement frame : stack) {
            if (!isJdk(frame)) {
                return StackInfo.text(frame).equals(siteText) ? "" : frame.getClassName();
            }
        }
        return "";
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

    public static String qualified(@Nullable StackTraceElement frame) {
        return frame == null ? "" : frame.getClassName() + "." + frame.getMethodName();
    }
}
