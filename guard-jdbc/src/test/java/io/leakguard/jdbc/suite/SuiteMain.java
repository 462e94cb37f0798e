package io.leakguard.jdbc.suite;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Collectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A process that runs a driver's own tests, with or without the guard before the driver. */
final class SuiteMain {

    private SuiteMain() {}

    /** Is given the driver's class, whether it is guarded, a pattern of classes, two files for its results, and folders of tests. */
    public static void main(String[] args) {
        try {
            run(args[0], Boolean.parseBoolean(args[1]), args[2], Path.of(args[3]), Path.of(args[4]), args);
            System.exit(0);
        } catch (Throwable e) {
            e.printStackTrace();
            System.exit(1); // else a thread of a test would keep this JVM alive
        }
    }

    private static void run(String driver, boolean guarded, String classes, Path outcomes, Path counts, String[] args)
            throws Exception {
        LeakGuard guard = LeakGuard.builder().log(false).build();
        Driver own =
                Class.forName(driver).asSubclass(Driver.class).getConstructor().newInstance();
        if (guarded) {
            new FrontDriver(own, guard, System.getProperty("suite.views", "")).install();
        }
        try (Writer out = Files.newBufferedWriter(outcomes, StandardCharsets.UTF_8)) {
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selectClasspathRoots(Arrays.stream(args)
                                            .skip(5)
                                            .map(Path::of)
                                            .collect(Collectors.toSet())))
                                    .filters(includeClassNamePatterns(classes))
                                    .build(),
                            new OutcomeWriter(out));
        }
        boolean settled = guard.awaitCollection(Duration.ofMinutes(1));
        Properties counted = new Properties();
        counted.setProperty(
                "guarded",
                String.valueOf(
                        guard.stats().of(ResourceKind.of("jdbc.connection")).opened()));
        counted.setProperty("internalErrors", String.valueOf(guard.stats().internalErrors()));
        counted.setProperty("settled", String.valueOf(settled));
        try (Writer out = Files.newBufferedWriter(counts, StandardCharsets.UTF_8)) {
            counted.store(out, null);
        }
    }
}
