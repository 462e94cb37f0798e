package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What GraalVM's native-image is told of classes that are asked for by name: it is true, and it is all of Caffeine's. */
class NativeImageMetadataTest {

    private static final String METADATA = "META-INF/native-image/io.leakguard/guard-core/reachability-metadata.json";

    private static String metadata() throws IOException {
        try (InputStream in = LeakGuard.class.getClassLoader().getResourceAsStream(METADATA)) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Set<String> all(String text, String pattern) {
        Set<String> found = new TreeSet<>();
        Matcher m = Pattern.compile(pattern).matcher(text);
        while (m.find()) {
            found.add(m.group(1));
        }
        return found;
    }

    @Test
    void each_class_and_resource_that_it_names_is_there() throws Exception {
        String metadata = metadata();
        Set<String> types = all(metadata, "\"(?:type|typeReached)\": \"([^\"]+)\"");
        types.addAll(all(metadata, "\"proxy\": \\[ \"([^\"]+)\""));
        assertThat(types).hasSizeGreaterThan(8);
        for (String type : types) {
            assertThat(Class.forName(type, false, getClass().getClassLoader()).getName())
                    .isEqualTo(type);
        }
        Set<String> resources = all(metadata, "\"glob\": \"([^\"]+)\"");
        assertThat(resources).hasSize(3);
        for (String resource : resources) {
            assertThat(LeakGuard.class.getClassLoader().getResource(resource))
                    .as(resource)
                    .isNotNull();
        }
        for (String cache : List.of("SSLMS")) {
            assertThatCode(() -> Class.forName("com.github.benmanes.caffeine.cache." + cache)
                            .getDeclaredField("FACTORY"))
                    .doesNotThrowAnyException();
        }
        assertThatCode(() ->
                        Class.forName("com.github.benmanes.caffeine.cache.PSMS").getDeclaredConstructor())
                .doesNotThrowAnyException();
    }

    /** In a JVM of its own, which tells each class that it loads: Caffeine makes up these names while it runs. */
    @Test
    void it_names_each_class_that_caffeine_asks_for_by_a_made_up_name() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty(
                                "surefire.real.class.path",
                                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))),
                        Leaking.class.getName())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        Set<String> generated =
                all(output, " com\\.github\\.benmanes\\.caffeine\\.cache\\.([PFW]?[SWI]{0,2}L?[MSWAR]+) ");
        generated.removeIf(name -> name.length() < 4); // what these extend, which needs no name
        assertThat(generated).contains("SSLMS", "PSMS");
        assertThat(all(metadata(), "\"com\\.github\\.benmanes\\.caffeine\\.cache\\.(\\w+)\""))
                .isEqualTo(generated);
    }

    /** Leaks one resource and waits for its report. */
    static final class Leaking {
        private Leaking() {}

        public static void main(String[] args) {
            try (LeakGuard guard = LeakGuard.builder()
                    .log(false)
                    .capture(CaptureBudget.unlimited())
                    .build()) {
                leak(guard);
                if (!guard.awaitCollection(Duration.ofSeconds(60))
                        || guard.stats().leaked() != 1) {
                    throw new IllegalStateException(guard.stats().toString());
                }
            }
        }

        private static void leak(LeakGuard guard) {
            guard.track(new Object(), ResourceKind.of("test.thing"));
        }
    }
}
