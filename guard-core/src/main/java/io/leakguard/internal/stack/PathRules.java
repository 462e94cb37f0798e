package io.leakguard.internal.stack;

import io.leakguard.LeakPath;
import io.leakguard.internal.base.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The parts of a path, and its text. */
public final class PathRules {

    /** The greatest length of a path's pattern: all frames of a path, with long names. */
    public static final int MAX_PATTERN = 100_000;

    /** A longer path keeps its innermost frames and its outermost one. */
    static final int MAX_FRAMES = 256;

    private static final int MAX_LINE_FRAMES = 16;
    private static final String SEPARATOR = " < ";

    private static final Pattern HIDDEN = Pattern.compile("/(0x[0-9a-f]+|\\d+$)");
    private static final Pattern LAMBDA = Pattern.compile("\\$\\$Lambda\\$\\d+");
    private static final Pattern PROXY = Pattern.compile("\\$Proxy\\d+");
    /** Spring, Guice and other users of CGLIB. */
    private static final Pattern CGLIB = Pattern.compile("(\\$\\$\\w*?[A-Za-z]\\w*?)\\$\\$[0-9a-f]+(_\\d+)?");

    private static final Pattern BYTE_BUDDY = Pattern.compile(
            "(\\$(?:MockitoMock|ByteBuddy|auxiliary|HibernateProxy|HibernateInstantiator|HibernateAccessOptimizer))\\$\\w+");
    private static final Pattern JAVASSIST = Pattern.compile("(_\\$\\$_(?:jvst|javassist_))\\w*");
    private static final Pattern DIGITS = Pattern.compile("\\d+");
    private static final Pattern SEPARATORS = Pattern.compile("<(?!(cl)?init>)");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private PathRules() {}

    /** Returns each frame once, at its innermost place, without numbers of generated classes. */
    public static List<StackTraceElement> distinct(Collection<StackTraceElement> frames) {
        Set<StackTraceElement> once = new LinkedHashSet<>();
        for (StackTraceElement frame : frames) {
            once.add(named(frame));
        }
        List<StackTraceElement> all = new ArrayList<>(once);
        if (all.size() > MAX_FRAMES) {
            StackTraceElement outermost = all.get(all.size() - 1);
            all.subList(MAX_FRAMES - 1, all.size()).clear();
            all.add(outermost);
        }
        return List.copyOf(all);
    }

    /** Returns the frame, under a class name that is the same in each run. */
    public static StackTraceElement named(StackTraceElement frame) {
        String name = frame.getClassName();
        String stable = className(name);
        return stable.equals(name)
                ? frame
                : new StackTraceElement(stable, frame.getMethodName(), frame.getFileName(), frame.getLineNumber());
    }

    /** Returns a class name without the numbers of a generator. */
    public static String className(String name) {
        if (name.indexOf('$') < 0 && name.indexOf('/') < 0) {
            return name;
        }
        String stable = HIDDEN.matcher(name).replaceAll("");
        stable = LAMBDA.matcher(stable).replaceAll("\\$\\$Lambda");
        stable = PROXY.matcher(stable).replaceAll("\\$Proxy");
        stable = CGLIB.matcher(stable).replaceAll("$1");
        stable = BYTE_BUDDY.matcher(stable).replaceAll("$1");
        return JAVASSIST.matcher(stable).replaceAll("$1");
    }

    /** Returns the hint of a use, without the numbers that differ from use to use. */
    static String hint(String text) {
        return DIGITS.matcher(text).replaceAll("#");
    }

    /** Returns the path in one line, for people. */
    public static String line(LeakPath path) {
        List<String> parts = new ArrayList<>();
        List<StackTraceElement> frames = path.frames();
        boolean cut = frames.size() > MAX_LINE_FRAMES + 1;
        for (int i = 0; i < frames.size(); i++) {
            if (cut && i == MAX_LINE_FRAMES - 1) {
                parts.add("… " + (frames.size() - MAX_LINE_FRAMES) + " more, number "
                        + Integer.toHexString(path.hashCode()));
                i = frames.size() - 1;
            }
            parts.add(Text.safe(StackInfo.text(frames.get(i)), 300));
        }
        String line = String.join(SEPARATOR, parts);
        String trail = PathText.trail(path);
        return trail.isEmpty() ? line : line.isEmpty() ? trail : line + ", " + trail;
    }

    /** Returns the path as the pattern of a suppression. */
    public static String pattern(LeakPath path) {
        List<String> elements = elements(path, false);
        return elements.isEmpty() ? "" : '<' + String.join("<", elements) + '<';
    }

    /** Returns the path's parts in the form of patterns; with lines {@code com.acme.Db.connection:10}. */
    public static List<String> elements(LeakPath path, boolean lines) {
        List<String> all = new ArrayList<>();
        for (StackTraceElement frame : path.frames()) {
            String name = SiteFinder.qualified(frame);
            all.add(element(lines && frame.getLineNumber() >= 0 ? name + ':' + frame.getLineNumber() : name));
        }
        if (!path.lastHolder().isEmpty()) {
            all.add("held:" + element(path.lastHolder()));
        }
        String use = path.firstUse();
        if (!use.isEmpty()) {
            int place = lines ? -1 : use.indexOf('(');
            all.add("used:" + element(place > 0 ? use.substring(0, place) : use));
        }
        return all;
    }

    /** Removes characters that would end a pattern or a word of it. */
    private static String element(String text) {
        String word = BLANKS.matcher(text).replaceAll("_");
        return SEPARATORS.matcher(word).replaceAll("[");
    }
}
