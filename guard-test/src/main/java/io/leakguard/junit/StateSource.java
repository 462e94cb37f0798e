package io.leakguard.junit;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Settings of the JVM that a test may change, which affects later tests. */
final class StateSource implements Source {

    /** A setting that differs from its value at the beginning of the run. */
    private record Changed(String kind, String name, String value, String was) {}

    /** Written by the JDK and by test runners, at any time. */
    private static final List<String> OF_OTHERS = List.of(
            "leakguard.",
            "junit.",
            "surefire.",
            "sun.",
            "jdk.",
            "java.vm.",
            "java.class.path",
            "basedir",
            "awt.",
            "java.awt.headless");

    private final Map<String, String> properties = properties();
    private final Locale locale = Locale.getDefault();
    private final TimeZone zone = TimeZone.getDefault();
    private final Map<Thread, String> loaders = new WeakHashMap<>();

    @Override
    public boolean mayHaveChanged() {
        return true;
    }

    @Override
    public Set<Object> list() {
        Set<Object> result = new HashSet<>();
        Map<String, String> now = properties();
        now.forEach((name, value) -> {
            if (!value.equals(properties.get(name))) {
                result.add(new Changed("state.property", name, value, properties.getOrDefault(name, "not set")));
            }
        });
        properties.forEach((name, value) -> {
            if (!now.containsKey(name)) {
                result.add(new Changed("state.property", name, "not set", value));
            }
        });
        if (!Locale.getDefault().equals(locale)) {
            result.add(new Changed(
                    "state.locale", "default locale", Locale.getDefault().toLanguageTag(), locale.toLanguageTag()));
        }
        if (!TimeZone.getDefault().equals(zone)) {
            result.add(new Changed(
                    "state.time_zone",
                    "default time zone",
                    TimeZone.getDefault().getID(),
                    zone.getID()));
        }
        Thread thread = Thread.currentThread();
        String loader = nameOf(thread.getContextClassLoader());
        String before = loaders.putIfAbsent(thread, loader);
        if (before != null && !before.equals(loader)) {
            result.add(new Changed(
                    "state.context_class_loader", "context class loader of " + thread.getName(), loader, before));
        }
        return result;
    }

    private static String nameOf(@Nullable ClassLoader loader) {
        return loader == null
                ? "none"
                : loader.getClass().getName() + "@" + Integer.toHexString(System.identityHashCode(loader));
    }

    private static Map<String, String> properties() {
        Map<String, String> result = new LinkedHashMap<>();
        Properties all = System.getProperties();
        for (String name : all.stringPropertyNames()) {
            if (OF_OTHERS.stream().noneMatch(name::startsWith)) {
                result.put(name, all.getProperty(name, ""));
            }
        }
        return result;
    }

    @Override
    public Map<Object, Finding.Item> describe(Collection<Object> keys) {
        Map<Object, Finding.Item> result = new LinkedHashMap<>();
        for (Object key : keys) {
            Changed c = (Changed) key;
            String what = c.kind().equals("state.property") ? "system property " + c.name() : c.name();
            result.put(key, new Finding.Item(c.kind(), c.name(), what));
        }
        return result;
    }

    @Override
    public String detail(Object key) {
        Changed c = (Changed) key;
        return "is " + c.value() + ", was " + c.was();
    }
}
