package com.acme;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;

/** Two applications in one process, each with a guard of its own in a class loader of its own. */
public final class TwoApplications {

    private static final List<Object> HELD = new ArrayList<>();

    private TwoApplications() {}

    public static void main(String[] args) throws Exception {
        ClassLoader first = loader(args[0]);
        ClassLoader second = loader(args[0]);
        Object firstGuard = guard(first);
        Object secondGuard = guard(second);
        for (int i = 0; i < 3; i++) {
            in(first);
        }
        for (int i = 0; i < 2; i++) {
            in(second);
        }
        in(ClassLoader.getPlatformClassLoader()); // nobody's of the two
        System.out.println("first " + open(firstGuard));
        System.out.println("second " + open(secondGuard));
        System.exit(0);
    }

    private static ClassLoader loader(String path) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : path.split(File.pathSeparator, -1)) {
            urls.add(new File(entry).toURI().toURL());
        }
        return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    }

    private static Object guard(ClassLoader loader) throws ReflectiveOperationException {
        return loader.loadClass("io.leakguard.LeakGuard").getMethod("global").invoke(null);
    }

    private static void in(ClassLoader loader) throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            HELD.add(new FileInputStream("/etc/hosts"));
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static long open(Object guard) throws ReflectiveOperationException {
        Object open = guard.getClass().getMethod("open").invoke(guard);
        long count = 0;
        for (Object group : (List<?>) open.getClass().getMethod("groups").invoke(open)) {
            Class<?> type = group.getClass();
            if (type.getMethod("kind").invoke(group).toString().equals("file.input")) {
                count += (long) type.getMethod("count").invoke(group);
            }
        }
        return count;
    }
}
