package io.leakguard.junit;

import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** The class loaders that have loaded a class, by the JVM's own table: one that stays after a collection, somebody holds. */
final class ClassLoaderSource implements Source {

    /** The JVM's record of a loader, which stays where it is, and the loader's class. */
    private record Loader(String record, String type) {}

    /** The loader, its parent, its record, the number of its classes, two sizes, and its class. */
    private static final Pattern LINE =
            Pattern.compile("0x[0-9a-f]+\\s+0x[0-9a-f]+\\s+(0x[0-9a-f]+)\\s+(\\d+)\\s+\\d+\\s+\\d+\\s+(\\S.*)");

    /** The JVM's own, and those of hidden classes, which belong to the loader in the line before. */
    private static final List<String> OF_THE_JVM = List.of("<boot", "jdk.internal.", "sun.reflect.", "+");

    @Override
    public boolean mayHaveChanged() {
        return true; // it is asked once a class
    }

    @Override
    public Set<Object> list() {
        Set<Object> result = new HashSet<>();
        for (String line : table().split("\n", -1)) {
            Matcher m = LINE.matcher(line.strip());
            if (m.matches() && OF_THE_JVM.stream().noneMatch(m.group(3)::startsWith)) {
                result.add(new Loader(m.group(1), m.group(3)));
            }
        }
        return result;
    }

    /** Empty on a JVM that has no such table: then nothing is compared. */
    private static String table() {
        try {
            return String.valueOf(ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "vmClassloaderStats",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()}));
        } catch (JMException e) {
            return "";
        }
    }

    @Override
    public Map<Object, Finding.Item> describe(Collection<Object> keys) {
        Map<Object, Finding.Item> result = new LinkedHashMap<>();
        for (Object key : keys) {
            String type = ((Loader) key).type();
            result.put(key, new Finding.Item("class.loader", type, "class loader " + type));
        }
        return result;
    }

    @Override
    public String detail(Object key) {
        return "stays after a collection: somebody holds it or one of its classes";
    }

    @Override
    public boolean isFreed() {
        return true;
    }
}
