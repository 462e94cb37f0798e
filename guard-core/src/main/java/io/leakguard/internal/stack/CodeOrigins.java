package io.leakguard.internal.stack;

import io.leakguard.LeakGuard;
import io.leakguard.internal.base.Threads;
import java.io.File;
import java.net.URI;
import java.net.URL;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Distinguishes the application's frames from those of libraries by the origin of their code. A folder of classes, the
 * jar or module of the main class, {@code BOOT-INF/classes} and {@code WEB-INF/classes} are the application's. If the
 * origin decides nothing, because one jar holds both or the class can't be found, {@linkplain Libraries their names}
 * decide.
 *
 * <p>A frame has only the names of its class, loader and module. Its class is loaded, so its loader answers from
 * memory, opens no descriptor and initializes nothing. A thread of its own calls the application's own loaders. Nobody
 * waits for it if a loader hangs.
 */
public final class CodeOrigins {

    /** The owner of a frame. */
    enum Owner {
        APPLICATION,
        /**
         * From a jar that is neither certainly the application's nor a known library: blamed if nothing else can be.
         */
        PERHAPS_APPLICATION,
        LIBRARY
    }

    /** The origin of a class. */
    private enum Place {
        APPLICATION,
        /** The main class's jar, which may hold libraries too. */
        MAIN_JAR,
        /** A jar or folder that holds the guard, which is a library too. */
        SHARED,
        JAR,
        UNKNOWN
    }

    private record Found(Place place, int loaders) {}

    private static final int MAX_CLASSES = 4_096;
    private static final int MAX_ROOTS = 64;
    private static final long LOADER_TIMEOUT_MILLIS = TimeUnit.SECONDS.toMillis(1);

    /** Hosts of many people's projects: the next part of the name distinguishes them. */
    private static final Set<String> HOSTS = Set.of(
            "com.github", "io.github", "com.gitlab", "io.gitlab", "org.bitbucket", "com.googlecode", "net.sourceforge");

    private static final Set<String> SECOND_LEVEL = Set.of("co", "com", "org", "net", "gov", "ac", "edu");

    private final ContextLoaders contexts;
    private final Set<String> roots = ConcurrentHashMap.newKeySet();
    private final Map<String, Found> places = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Found> eldest) {
            return size() > MAX_CLASSES;
        }
    };

    private volatile MainClass main = MainClass.UNKNOWN;
    private volatile String mainRoot = "";
    private volatile @Nullable String mainLocation;
    private volatile String guardLocation = "";
    private volatile boolean loaderHangs;

    public CodeOrigins(ContextLoaders contexts) {
        this.contexts = contexts;
    }

    /** Reads the JVM's start arguments, which may need a descriptor. Until then only names decide. */
    void start() {
        start(MainClass.ofThisProcess());
    }

    void start(MainClass started) {
        guardLocation = text(location(LeakGuard.class));
        mainRoot = started.className().isEmpty() ? "" : root(started.className());
        main = started;
    }

    /**
     * Not called before a class is asked for: an agent may run before the main class is loaded, and want to change it.
     */
    private String mainLocation() {
        String known = mainLocation;
        if (known == null) {
            Class<?> type =
                    main.className().isEmpty() ? null : find(main.className(), ClassLoader.getSystemClassLoader());
            known = type == null ? "" : text(location(type));
            mainLocation = known;
        }
        return known;
    }

    /** Looks up all classes of a stack at once. */
    void lookUp(List<StackTraceElement> frames) {
        Set<String> missing = new LinkedHashSet<>();
        int version = contexts.version();
        for (StackTraceElement frame : frames) {
            if (!isJdk(frame) && !isKnown(frame, version)) {
                Class<?> type = null;
                if ("app".equals(frame.getClassLoaderName())) {
                    type = find(frame.getClassName(), ClassLoader.getSystemClassLoader());
                }
                if (type != null) {
                    found(frame.getClassName(), placeOf(type), version);
                } else {
                    missing.add(frame.getClassName());
                }
            }
        }
        if (!missing.isEmpty()) {
            Map<String, Class<?>> types = findWithLoaders(missing);
            for (String name : missing) {
                Class<?> type = types.get(name);
                found(name, type == null ? Place.UNKNOWN : placeOf(type), version);
            }
        }
    }

    Owner of(StackTraceElement frame) {
        String name = frame.getClassName();
        if (isJdk(frame)) {
            return Owner.LIBRARY;
        }
        Place place = Place.UNKNOWN;
        synchronized (places) {
            Found found = places.get(name);
            if (found != null) {
                place = found.place;
            }
        }
        if (place == Place.APPLICATION || isOfMainsPackages(name)) {
            return Owner.APPLICATION;
        }
        if (place == Place.MAIN_JAR ? Libraries.hasForSure(name) : Libraries.has(name)) {
            return Owner.LIBRARY;
        }
        return place != Place.JAR || roots.contains(root(name)) ? Owner.APPLICATION : Owner.PERHAPS_APPLICATION;
    }

    private boolean isOfMainsPackages(String className) {
        return (!mainRoot.isEmpty() && className.startsWith(mainRoot + "."))
                || (!main.className().isEmpty() && packageOf(className).equals(packageOf(main.className())));
    }

    private static boolean isJdk(StackTraceElement frame) {
        String module = frame.getModuleName();
        return frame.getClassName().startsWith("java.")
                || (module != null && (module.startsWith("java.") || module.startsWith("jdk.")));
    }

    // ------------------------------------------------------------------------------------------------- finding classes

    private boolean isKnown(StackTraceElement frame, int version) {
        synchronized (places) {
            Found found = places.get(frame.getClassName());
            return found != null && (found.place != Place.UNKNOWN || found.loaders == version);
        }
    }

    private void found(String name, Place place, int version) {
        if (place == Place.APPLICATION && !Libraries.has(name) && roots.size() < MAX_ROOTS) {
            String root = root(name);
            if (!root.isEmpty()) {
                roots.add(root);
            }
        }
        synchronized (places) {
            places.put(name, new Found(place, version));
        }
    }

    /** Calls the guard's own loader, which is a web application's if the guard is part of it, and those of threads. */
    private Map<String, Class<?>> findWithLoaders(Set<String> names) {
        Set<ClassLoader> builtIn = new LinkedHashSet<>();
        Set<ClassLoader> others = new LinkedHashSet<>();
        List<ClassLoader> all = new ArrayList<>();
        ClassLoader own = CodeOrigins.class.getClassLoader();
        if (own != null) {
            all.add(own);
        }
        all.addAll(contexts.all());
        all.add(ClassLoader.getSystemClassLoader());
        for (ClassLoader loader : all) {
            (isBuiltIn(loader) ? builtIn : others).add(loader);
        }
        Map<String, Class<?>> result = new ConcurrentHashMap<>();
        if (!others.isEmpty() && !loaderHangs) {
            loaderHangs = !isDone(() -> findIn(others, names, result));
        }
        findIn(builtIn, names, result);
        return Map.copyOf(result);
    }

    /** Runs user code on a thread of its own; false if it didn't return in time. */
    private static boolean isDone(Runnable task) {
        try {
            Thread asking = Threads.daemon(task, "leakguard-origins");
            asking.start();
            asking.join(LOADER_TIMEOUT_MILLIS);
            return !asking.isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the caller must be quick: names decide this time
            return true;
        } catch (OutOfMemoryError e) {
            return true; // no thread left: likewise
        }
    }

    private static void findIn(Set<ClassLoader> loaders, Set<String> names, Map<String, Class<?>> into) {
        for (ClassLoader loader : loaders) {
            for (String name : names) {
                if (!into.containsKey(name)) {
                    Class<?> type = find(name, loader);
                    if (type != null) {
                        into.putIfAbsent(name, type);
                    }
                }
            }
        }
    }

    private static boolean isBuiltIn(ClassLoader loader) {
        return loader.getClass().getName().startsWith("jdk.internal.loader.");
    }

    private static @Nullable Class<?> find(String name, ClassLoader loader) {
        try {
            return Class.forName(name, false, loader);
        } catch (Throwable t) {
            return null; // of another loader, or generated: its name decides
        }
    }

    // --------------------------------------------------------------------------------------------------- their places

    private Place placeOf(Class<?> type) {
        Module module = type.getModule();
        if (module.isNamed() && module.getName().equals(main.module())) {
            return Place.APPLICATION;
        }
        URL location = location(type);
        if (location == null) {
            return Place.UNKNOWN;
        }
        String text = text(location);
        if (text.matches(".*\\b(BOOT|WEB)-INF/classes(/|!/)*")) {
            return Place.APPLICATION;
        }
        if (text.equals(guardLocation)) {
            return Place.SHARED;
        }
        if (isDirectory(text)) {
            return Place.APPLICATION;
        }
        return text.equals(mainLocation()) ? Place.MAIN_JAR : Place.JAR;
    }

    private static @Nullable URL location(Class<?> type) {
        try {
            ProtectionDomain domain = type.getProtectionDomain();
            CodeSource source = domain == null ? null : domain.getCodeSource();
            return source == null ? null : source.getLocation();
        } catch (RuntimeException e) {
            return null;
        }
    }

    private static String text(@Nullable URL location) {
        return location == null ? "" : location.toString();
    }

    private static boolean isDirectory(String location) {
        if (!location.startsWith("file:")) {
            return false;
        }
        try {
            return location.endsWith("/") || new File(URI.create(location)).isDirectory();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Returns the common part of one owner's packages: {@code com.acme}, {@code org.apache.orders}, {@code uk.co.acme}.
     */
    static String root(String className) {
        String[] parts = packageOf(className).split("\\.", -1);
        if (parts.length == 1) {
            return parts[0];
        }
        String two = parts[0] + "." + parts[1];
        boolean ofMany = HOSTS.contains(two)
                || (SECOND_LEVEL.contains(parts[1]) && parts[0].length() == 2)
                || Libraries.areWithin(two)
                || Libraries.has(className);
        if (!ofMany) {
            return two;
        }
        return parts.length > 2 ? two + "." + parts[2] : "";
    }

    private static String packageOf(String className) {
        return className.substring(0, Math.max(0, className.lastIndexOf('.')));
    }
}
