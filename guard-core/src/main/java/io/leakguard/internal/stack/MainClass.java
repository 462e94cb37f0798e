package io.leakguard.internal.stack;

import java.io.File;
import java.io.IOException;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * The class that the JVM was started with, and its module or jar. They are the application's, unless the class is known
 * to start others.
 *
 * @param className empty if it is unknown, or starts others
 * @param module the module of {@code java -m}; empty if there is none
 */
record MainClass(String className, String module) {

    static final MainClass UNKNOWN = new MainClass("", "");

    /** Opens the jar of {@code java -jar} for a moment, for its manifest. */
    static MainClass ofThisProcess() {
        return of(
                System.getProperty("sun.java.command", ""),
                System.getProperty("java.class.path", ""),
                System.getProperty("jdk.module.main", ""));
    }

    static MainClass of(String command, String classPath, String mainModule) {
        if (!classPath.isEmpty()
                && (command.equals(classPath) || command.startsWith(classPath + " "))
                && new File(classPath).isFile()) {
            return new MainClass(named(fromManifest(classPath)), "");
        }
        int end = command.indexOf(' ');
        String first = end < 0 ? command : command.substring(0, end);
        int slash = first.indexOf('/');
        String className = named(first.substring(slash + 1));
        // A module that starts others, as the compiler's does with a source file, has nothing of the application.
        return new MainClass(className, className.isEmpty() ? "" : mainModule);
    }

    private static String named(@Nullable String className) {
        return className == null || Libraries.isLauncher(className) ? "" : className;
    }

    private static @Nullable String fromManifest(String jar) {
        try (JarFile file = new JarFile(jar)) {
            Manifest manifest = file.getManifest();
            if (manifest == null) {
                return null;
            }
            Attributes attributes = manifest.getMainAttributes();
            String started = attributes.getValue("Start-Class"); // Spring Boot's launcher starts it
            return started != null ? started.strip() : attributes.getValue(Attributes.Name.MAIN_CLASS);
        } catch (IOException | RuntimeException e) {
            return null; // perhaps no descriptor is left: the names of libraries decide
        }
    }
}
