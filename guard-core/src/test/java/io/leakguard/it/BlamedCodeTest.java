package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a leak is blamed on at default settings, by where the code comes from: real layouts in JVMs of their own. */
class BlamedCodeTest {

    @TempDir
    Path dir;

    /** A class that calls the next, and the last that leaks; {@code main} says whom the guard blames. */
    private static Map<String, String> program(String main, String... calls) {
        Map<String, String> sources = new LinkedHashMap<>();
        for (int i = 0; i < calls.length; i++) {
            String body = i + 1 < calls.length
                    ? calls[i + 1] + ".call(guard);"
                    : "guard.track(new Object(), io.leakguard.ResourceKind.of(\"thing\"));";
            sources.put(
                    calls[i],
                    source(calls[i], "public static void call(io.leakguard.LeakGuard guard) { " + body + " }"));
        }
        String first = calls.length > 0
                ? calls[0] + ".call(guard);"
                : "guard.track(new Object(), io.leakguard.ResourceKind.of(\"thing\"));";
        sources.put(main, source(main, """
                public static void main(String[] args) throws Exception {
                    java.util.concurrent.BlockingQueue<io.leakguard.LeakReport> reports =
                            new java.util.concurrent.LinkedBlockingQueue<>();
                    io.leakguard.LeakGuard guard = io.leakguard.LeakGuard.builder()
                            .listener(reports::add).build();
                    run(guard);
                    io.leakguard.LeakReport report = null;
                    for (int i = 0; i < 500 && report == null; i++) {
                        System.gc();
                        report = reports.poll(20, java.util.concurrent.TimeUnit.MILLISECONDS);
                    }
                    System.out.println("BLAMED " + report.site().orElseThrow().getClassName());
                    guard.close();
                }

                static void run(io.leakguard.LeakGuard guard) throws Exception { %s }
                """.formatted(first)));
        return sources;
    }

    private static String source(String className, String body) {
        int dot = className.lastIndexOf('.');
        return (dot < 0 ? "" : "package " + className.substring(0, dot) + "; ") + "public class "
                + className.substring(dot + 1) + " { " + body + " }";
    }

    private String blamed(Object... arguments) throws Exception {
        String text = ChildProgram.java(
                dir, Arrays.stream(arguments).map(Object::toString).toList());
        return text.lines()
                .filter(line -> line.startsWith("BLAMED "))
                .map(line -> line.substring("BLAMED ".length()))
                .findFirst()
                .orElse(text);
    }

    /** Some classes of a program in a folder of classes, all others in a jar of their own. */
    private String blamedOf(Map<String, String> program, String main, String... inFolder) throws Exception {
        Path all = ChildProgram.compile(dir.resolve("all"), program);
        Map<String, String> others = new LinkedHashMap<>(program);
        others.keySet().removeAll(List.of(inFolder));
        Path classes = dir.resolve("classes");
        Path library = dir.resolve("library");
        for (String name : program.keySet()) {
            Path to = (others.containsKey(name) ? library : classes).resolve(name.replace('.', '/') + ".class");
            Files.createDirectories(to.getParent());
            Files.copy(all.resolve(name.replace('.', '/') + ".class"), to);
        }
        Path jar = ChildProgram.jar(
                dir.resolve("library.jar"), "", Files.exists(library) ? Map.of(library, "") : Map.of());
        return blamed("-cp", ChildProgram.path(classes, jar, ChildProgram.guardClassPath()), main);
    }

    @Test
    void libraries_jars_are_passed_over_known_or_not_and_the_application_blamed() throws Exception {
        String[] calls = {
            "com.acme.Orders",
            "org.jdbi.v3.core.Jdbi",
            "redis.clients.jedis.JedisPool",
            "io.lettuce.core.RedisClient",
            "com.mongodb.client.MongoClients",
            "com.unknown.client.Client"
        };
        assertThat(blamedOf(program("com.acme.Main", calls), "com.acme.Main", "com.acme.Main", "com.acme.Orders"))
                .isEqualTo("com.acme.Orders");
    }

    @Test
    void an_application_named_like_a_library_is_blamed_where_it_is_a_folder_of_classes() throws Exception {
        String[] own = {"org.apache.orders.Main", "org.apache.orders.Orders"};
        assertThat(blamedOf(program(own[0], own[1], "org.apache.http.Client"), own[0], own))
                .isEqualTo(own[1]);
    }

    @Test
    void a_library_under_development_is_blamed_in_its_own_tests() throws Exception {
        String[] own = {"com.zaxxer.hikari.OwnTest", "com.zaxxer.hikari.pool.HikariPool"};
        assertThat(blamedOf(program(own[0], own[1]), own[0], own)).isEqualTo(own[1]);
    }

    @Test
    void another_module_of_the_application_is_blamed_though_it_is_a_jar() throws Exception {
        assertThat(blamedOf(
                        program("com.acme.app.Main", "com.acme.dao.Repository"),
                        "com.acme.app.Main",
                        "com.acme.app.Main"))
                .isEqualTo("com.acme.dao.Repository");
    }

    @Test
    void where_the_application_is_jars_alone_the_first_that_is_no_known_library_is_blamed() throws Exception {
        assertThat(blamedOf(program("org.gradle.Main", "com.acme.web.Page", "com.unknown.Client"), "org.gradle.Main"))
                .isEqualTo("com.unknown.Client");
    }

    @Test
    void the_jar_that_java_is_given_holds_the_application() throws Exception {
        Path classes = ChildProgram.compile(
                dir.resolve("c"), program("start.Main", "org.apache.orders.Orders", "org.apache.commons.pool2.Pool"));
        Path jar = ChildProgram.jar(
                dir.resolve("app.jar"),
                "Main-Class: start.Main\nClass-Path: " + manifestPath() + "\n",
                Map.of(classes, ""));
        assertThat(blamed("-jar", jar)).isEqualTo("org.apache.orders.Orders");
    }

    @Test
    void a_jar_of_everything_holds_libraries_too() throws Exception {
        Path classes = ChildProgram.compile(
                dir.resolve("c"),
                program("org.apache.orders.Main", "org.apache.orders.db.Orders", "org.apache.strange.Pool"));
        Map<Path, String> folders = new LinkedHashMap<>();
        folders.put(classes, "");
        folders.put(Path.of(ChildProgram.guardClassPath().get(0)), "");
        Path jar = ChildProgram.jar(dir.resolve("uber.jar"), "Main-Class: org.apache.orders.Main\n", folders);
        String libraries = ChildProgram.path(ChildProgram.guardClassPath()
                .subList(1, ChildProgram.guardClassPath().size()));
        assertThat(blamed("-cp", ChildProgram.path(jar, libraries), "org.apache.orders.Main"))
                .isEqualTo("org.apache.orders.db.Orders");
    }

    @Test
    void a_folder_that_a_jar_of_everything_was_unpacked_to_holds_libraries_too() throws Exception {
        Path classes = ChildProgram.compile(
                dir.resolve("c"), program("com.acme.Main", "com.acme.Orders", "org.jdbi.v3.core.Jdbi"));
        Path guard = Path.of(ChildProgram.guardClassPath().get(0));
        try (var files = Files.walk(guard)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = classes.resolve(guard.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        String libraries = ChildProgram.path(ChildProgram.guardClassPath()
                .subList(1, ChildProgram.guardClassPath().size()));
        assertThat(blamed("-cp", ChildProgram.path(classes, libraries), "com.acme.Main"))
                .isEqualTo("com.acme.Orders");
    }

    @Test
    void the_main_module_is_the_application() throws Exception {
        Map<String, String> sources = new LinkedHashMap<>(program("start.Main", "org.apache.orders.Orders"));
        Path classes = ChildProgram.compile(dir.resolve("c"), sources);
        Path jar = ChildProgram.jar(
                dir.resolve("org.orders.jar"), "Automatic-Module-Name: org.orders\n", Map.of(classes, ""));
        assertThat(blamed(
                        "-p",
                        ChildProgram.path(jar, ChildProgram.guardClassPath()),
                        "--add-modules",
                        "ALL-MODULE-PATH",
                        "-m",
                        "org.orders/start.Main"))
                .isEqualTo("org.apache.orders.Orders");
    }

    /** Starts another class in a class loader, as Boot's launcher and application servers do. */
    private static String launcher(String... mains) {
        StringBuilder body = new StringBuilder();
        body.append("public static void main(String[] args) throws Exception {");
        for (int i = 0; i < mains.length; i++) {
            body.append("{ ClassLoader loader = new java.net.URLClassLoader(new java.net.URL[] {new java.net.URL(args["
                    + i
                    + "])}); Thread.currentThread().setContextClassLoader(loader); loader.loadClass(\"" + mains[i]
                    + "\").getMethod(\"main\", String[].class).invoke(null, (Object) new String[0]); }");
        }
        return source(
                "org.springframework.boot.loader.Launcher", body.append("}").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"BOOT-INF/classes/", "WEB-INF/classes/"})
    void classes_within_an_archive_are_the_application(String within) throws Exception {
        Path launcher = ChildProgram.compile(
                dir.resolve("l"),
                Map.of("org.springframework.boot.loader.Launcher", launcher("org.apache.orders.Main")));
        Path classes = ChildProgram.compile(dir.resolve("c"), program("org.apache.orders.Main", "org.apache.http.Own"));
        Map<Path, String> folders = new LinkedHashMap<>();
        folders.put(launcher, "");
        folders.put(classes, within);
        Path jar = ChildProgram.jar(
                dir.resolve("app.jar"),
                "Main-Class: org.springframework.boot.loader.Launcher\nClass-Path: " + manifestPath() + "\n",
                folders);
        assertThat(blamed("-jar", jar, "jar:" + jar.toUri() + "!/" + within)).isEqualTo("org.apache.http.Own");
    }

    @Test
    void each_of_two_applications_of_one_server_is_known() throws Exception {
        Path launcher = ChildProgram.compile(
                dir.resolve("l"),
                Map.of(
                        "org.springframework.boot.loader.Launcher",
                        launcher("org.apache.one.Main", "org.apache.two.Main")));
        Path one = ChildProgram.compile(
                dir.resolve("one/WEB-INF/classes"), program("org.apache.one.Main", "org.apache.one.Dao"));
        Path two = ChildProgram.compile(
                dir.resolve("two/WEB-INF/classes"), program("org.apache.two.Main", "org.apache.two.Dao"));
        String text = ChildProgram.java(
                dir,
                List.of(
                        "-cp",
                        ChildProgram.path(launcher, ChildProgram.guardClassPath()),
                        "org.springframework.boot.loader.Launcher",
                        one.toUri().toString(),
                        two.toUri().toString()));
        assertThat(text).contains("BLAMED org.apache.one.Dao").contains("BLAMED org.apache.two.Dao");
    }

    @Test
    void a_class_loader_that_hangs_does_not_stop_reports_and_no_class_is_initialized() throws Exception {
        String hanging = source("start.Hanging", """
                public static void main(String[] args) throws Exception {
                    Thread.currentThread().setContextClassLoader(new ClassLoader() {
                        @Override
                        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                            if (Thread.currentThread().getName().startsWith("leakguard")) {
                                try { Thread.sleep(100_000); } catch (InterruptedException e) { throw new ClassNotFoundException(name); }
                            }
                            return super.loadClass(name, resolve);
                        }
                    });
                    com.acme.Main.main(args);
                }
                """);
        Map<String, String> sources = new LinkedHashMap<>(program("com.acme.Main"));
        sources.put("start.Hanging", hanging);
        sources.put("com.acme.Lazy", source("com.acme.Lazy", "static { System.out.println(\"INITIALIZED\"); }"));
        sources.put(
                "com.acme.Main",
                sources.get("com.acme.Main")
                        .replace("guard.track(new Object(), io.leakguard.ResourceKind.of(\"thing\"));", """
                Throwable made = new Throwable();
                made.setStackTrace(new StackTraceElement[] {
                    new StackTraceElement("com.acme.Lazy", "open", "Lazy.java", 7)});
                guard.track(new Object(), io.leakguard.ResourceKind.of("thing"), null, null, null, made);
                """));
        Path classes = ChildProgram.compile(dir.resolve("c"), sources);
        String text = ChildProgram.java(
                dir, List.of("-cp", ChildProgram.path(classes, ChildProgram.guardClassPath()), "start.Hanging"));
        assertThat(text).contains("BLAMED com.acme.Lazy").doesNotContain("INITIALIZED");
    }

    private static String manifestPath() {
        // A line of a manifest has 72 bytes at most.
        String all = String.join(
                " ",
                ChildProgram.guardClassPath().stream()
                        .map(entry -> Path.of(entry).toUri().toString())
                        .toList());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < all.length(); i += 50) {
            lines.append(i == 0 ? "" : "\n ").append(all, i, Math.min(all.length(), i + 50));
        }
        return lines.toString();
    }
}
