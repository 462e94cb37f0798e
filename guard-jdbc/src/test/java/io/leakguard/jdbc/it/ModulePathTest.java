package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.jdbc.JdbcGuard;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that is a module and requires ours, on a real module path. */
class ModulePathTest {

    private static final String MODULE = "module shop { requires io.leakguard.jdbc; }";

    private static final String MAIN = """
            package shop;

            import io.leakguard.LeakGuard;
            import io.leakguard.jdbc.JdbcGuard;
            import java.sql.Connection;
            import java.sql.DriverManager;
            import java.time.Duration;

            public class Main {
                public static void main(String[] args) throws Exception {
                    try (LeakGuard guard = LeakGuard.builder().log(false).listener(r -> System.out.println(r.toText())).build()) {
                        LeakGuard.setGlobal(guard);
                        leak();
                        guard.awaitCollection(Duration.ofSeconds(20));
                    }
                    System.out.println(JdbcGuard.class.getModule() + ", " + Main.class.getModule());
                }

                static void leak() throws Exception {
                    Connection c = DriverManager.getConnection("jdbc:leakguard:h2:mem:shop");
                    c.createStatement().execute("select 1");
                    System.out.println(c.getMetaData().getConnection() == c);
                }
            }
            """;

    @Test
    void a_module_that_requires_ours_is_guarded_through_the_driver_that_registers_itself(@TempDir Path dir)
            throws Exception {
        Files.writeString(dir.resolve("module-info.java"), MODULE);
        Path main = Files.createDirectories(dir.resolve("shop")).resolve("Main.java");
        Files.writeString(main, MAIN);
        String path = Stream.of(
                        JdbcGuard.class,
                        LeakGuard.class,
                        org.slf4j.Logger.class,
                        com.github.benmanes.caffeine.cache.Cache.class,
                        org.jspecify.annotations.Nullable.class,
                        org.h2.Driver.class)
                .map(ModulePathTest::home)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
        Path classes = dir.resolve("classes");
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--module-path",
                        path,
                        "-d",
                        classes.toString(),
                        "-proc:none",
                        dir.resolve("module-info.java").toString(),
                        main.toString());
        assertThat(compiled).isZero();

        Path out = dir.resolve("out");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        path + File.pathSeparator + classes,
                        "--add-modules",
                        "com.h2database",
                        "-m",
                        "shop/shop.Main"))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text)
                .contains("true")
                .contains("LEAK jdbc.connection")
                .contains("opened at Main.leak(Main.java")
                .contains("jdbc:h2:mem:shop")
                .contains("module io.leakguard.jdbc, module shop");
    }

    private static String home(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
