package io.leakguard.junit.it;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs test classes by JUnit's own engine, and says which of their tests and containers failed with what. */
final class Runs {

    private final Path output;
    private final Map<String, String> parameters = new LinkedHashMap<>();

    private boolean implicit;
    private boolean merging;

    Runs(Path output) {
        this.output = output;
        parameters.put("leakguard.junit.output", output.toString());
        parameters.put(
                "leakguard.junit.baseline", output.resolve("baseline.txt").toString());
    }

    Runs with(String key, String value) {
        parameters.put(key, value);
        return this;
    }

    /** Keeps the runs before, as those of one build: this one's result is merged with theirs. */
    Runs merging() {
        merging = true;
        return this;
    }

    private void forgetRunsBefore() {
        File[] parts = merging ? null : output.resolve("runs").toFile().listFiles();
        for (File part : parts == null ? new File[0] : parts) {
            if (!part.delete()) {
                throw new IllegalStateException("can't delete " + part);
            }
        }
    }

    /** Lets JUnit read the system properties, as it does outside of these tests. */
    Runs withSystemProperties() {
        implicit = true;
        return this;
    }

    Result run(Class<?>... classes) {
        forgetRunsBefore();
        EngineTestKit.Builder kit =
                EngineTestKit.engine("junit-jupiter").enableImplicitConfigurationParameters(implicit);
        for (Class<?> c : classes) {
            kit.selectors(selectClass(c));
        }
        List<Event> events =
                kit.configurationParameters(parameters).execute().allEvents().list();
        Map<String, Throwable> failed = new TreeMap<>();
        List<String> passed = new ArrayList<>();
        List<String> entries = new ArrayList<>();
        for (Event event : events) {
            String name = event.getTestDescriptor().getDisplayName();
            event.getPayload(TestExecutionResult.class).ifPresent(result -> {
                if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
                    passed.add(name);
                } else {
                    failed.put(name, result.getThrowable().orElseThrow());
                }
            });
            event.getPayload(org.junit.platform.engine.reporting.ReportEntry.class)
                    .ifPresent(e -> entries.add(name + ": " + e.getKeyValuePairs()));
        }
        return new Result(failed, passed, entries, output);
    }

    /** Runs them by the launcher, as build tools do: its listeners are told. */
    Result runByLauncher(Class<?>... classes) {
        forgetRunsBefore();
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
        for (Class<?> c : classes) {
            request.selectors(selectClass(c));
        }
        request.configurationParameters(parameters)
                .configurationParameter("leakguard.junit.enabled", "true")
                .enableImplicitConfigurationParameters(implicit);
        Map<String, Throwable> failed = new TreeMap<>();
        List<String> passed = new ArrayList<>();
        LauncherFactory.create().execute(request.build(), new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
                    passed.add(test.getDisplayName());
                } else {
                    failed.put(test.getDisplayName(), result.getThrowable().orElseThrow());
                }
            }
        });
        return new Result(failed, passed, List.of(), output);
    }

    record Result(Map<String, Throwable> failed, List<String> passed, List<String> entries, Path output) {

        String message(String name) {
            Throwable t = failed.get(name);
            return t == null ? "(" + name + " did not fail; failed: " + failed + ")" : String.valueOf(t.getMessage());
        }

        /** The file, with angle brackets as they are in the report: the writer escapes them. */
        String json() {
            return read("leaks.json").replace("\\u003c", "<").replace("\\u003e", ">");
        }

        String text() {
            return read("leaks.txt");
        }

        private String read(String file) {
            try {
                return Files.readString(output.resolve(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
