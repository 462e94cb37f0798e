package io.leakguard.watch;

import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * The number of live objects of each class. Two histograms, some time apart, show which classes grow.
 *
 * Made on demand only: the JVM collects garbage and walks the whole heap for it. This stops the application for about a
 * second for each few gigabytes. Immutable.
 *
 * {@snippet :
 * ClassHistogram before = ClassHistogram.take().orElseThrow();
 * work();
 * ClassHistogram.take().orElseThrow().growthSince(before, 20).forEach(System.out::println);
 * }
 *
 * @param takenAt the time
 * @param classes instances and bytes by class name
 */
public record ClassHistogram(Instant takenAt, Map<String, Entry> classes) {

    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d{1,18})\\s+(\\d{1,18})\\s+(\\S+).*");

    /**
     * The objects of one class.
     *
     * @param instances their number
     * @param bytes their own size, without what they refer to
     */
    public record Entry(long instances, long bytes) {}

    /**
     * The change in the objects of one class.
     *
     * @param className the class, as {@code jcmd GC.class_histogram} names it: {@code [B} is {@code byte[]}
     * @param instances the change in their number
     * @param bytes the change in their bytes
     */
    public record Growth(String className, long instances, long bytes) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%+d bytes %+d instances %s", bytes, instances, className);
        }
    }

    /** Copies the map. */
    public ClassHistogram {
        classes = Map.copyOf(classes);
    }

    /**
     * Takes a histogram of the live objects.
     *
     * @return the histogram; empty if this JVM can't, or runs without the module java.management
     */
    public static Optional<ClassHistogram> take() {
        try {
            return Jmx.histogram().map(text -> new ClassHistogram(Instant.now(), parse(text)));
        } catch (LinkageError e) {
            return Optional.empty(); // without java.management
        }
    }

    static Map<String, Entry> parse(String text) {
        Map<String, Entry> classes = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            Matcher m = LINE.matcher(line);
            if (m.matches()) {
                classes.merge(
                        m.group(3),
                        new Entry(Long.parseLong(m.group(1)), Long.parseLong(m.group(2))),
                        // of several class loaders
                        (a, b) -> new Entry(a.instances + b.instances, a.bytes + b.bytes));
            }
        }
        return classes;
    }

    /**
     * Returns the classes that grew.
     *
     * @param before an earlier histogram
     * @param n the largest number of classes
     * @return the classes that need more bytes than before, most growth first
     */
    public List<Growth> growthSince(ClassHistogram before, int n) {
        return classes.entrySet().stream()
                .map(e -> {
                    Entry old = before.classes.getOrDefault(e.getKey(), new Entry(0, 0));
                    return new Growth(
                            e.getKey(), e.getValue().instances - old.instances, e.getValue().bytes - old.bytes);
                })
                .filter(growth -> growth.bytes > 0)
                .sorted(Comparator.comparingLong(Growth::bytes).reversed())
                .limit(Math.max(0, n))
                .toList();
    }

    /** A class of its own, since its module may be absent. */
    private static final class Jmx {
        static Optional<String> histogram() {
            try {
                Object text = ManagementFactory.getPlatformMBeanServer()
                        .invoke(
                                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                "gcClassHistogram",
                                new Object[] {new String[0]},
                                new String[] {String[].class.getName()});
                return Optional.of(String.valueOf(text));
            } catch (MalformedObjectNameException e) {
                throw new IllegalStateException(e); // a constant
            } catch (JMException e) {
                return Optional.empty(); // not HotSpot
            }
        }
    }
}
