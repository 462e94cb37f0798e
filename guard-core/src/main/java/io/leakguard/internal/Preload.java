package io.leakguard.internal;

import io.leakguard.LeakGuard;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.config.Config;
import io.leakguard.internal.detect.FindingLoop;
import io.leakguard.internal.observe.Observations;
import io.leakguard.internal.stack.SiteFinder;
import io.leakguard.internal.track.Tracker;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Loads the guard's classes up front if loading them later would need a descriptor. At EMFILE a class can still be
 * loaded from a jar, which is open, and from the JDK's image, which is mapped, but not from a directory.
 */
public final class Preload {

    /** A class of each package that the engine needs when a leak is found; {@code PreloadTest} compares the list with the packages. */
    static final List<Class<?>> PACKAGES = List.of(
            LeakGuard.class,
            GuardedResource.class,
            Preload.class,
            Clock.class,
            Config.class,
            SiteFinder.class,
            Tracker.class,
            FindingLoop.class,
            Observations.class);

    private static final AtomicBoolean DONE = new AtomicBoolean();

    private Preload() {}

    /** Tells whether the guard's classes are files in a directory. */
    static boolean isFolder() {
        URL url = Preload.class.getResource("Preload.class");
        return url != null && url.getProtocol().equals("file");
    }

    static void once() {
        if (DONE.compareAndSet(false, true)) {
            PACKAGES.forEach(Preload::load);
        }
    }

    /** Loads the classes of a package, if they are files in a directory. */
    public static void load(Class<?> neighbour) {
        URL url = neighbour.getResource(neighbour.getSimpleName() + ".class");
        if (url == null || !url.getProtocol().equals("file")) {
            return;
        }
        try {
            Path directory = Path.of(url.toURI()).getParent();
            if (directory == null || !Files.isDirectory(directory)) {
                return;
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.class")) {
                for (Path file : files) {
                    String name = file.getFileName().toString();
                    String simple = name.substring(0, name.length() - ".class".length());
                    if (!simple.endsWith("-info")) {
                        Class.forName(neighbour.getPackageName() + "." + simple, false, neighbour.getClassLoader());
                    }
                }
            }
        } catch (IOException | URISyntaxException | ClassNotFoundException | LinkageError e) {
            // Classes that can't be loaded now are loaded at their first use, if that is possible.
        }
    }
}
