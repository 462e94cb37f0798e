package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.heap.HeldBy;
import io.leakguard.jdbc.JdbcGuard;
import io.leakguard.junit.TestScope;
import io.leakguard.micrometer.LeakGuardMetrics;
import io.leakguard.netty.NettyGuard;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the public API of the modules that this one is built on, and its own, with the lists in their {@code src/test/api}. A change
 * of an API is a change of its file: run this test with {@code -Dapi.update=true} and look at the difference. guard-core, which is
 * built before all, has a test of its own.
 */
class PublicApiTest {

    static List<Arguments> modules() {
        return List.of(
                Arguments.of("guard-jdbc", JdbcGuard.class),
                Arguments.of("guard-netty", NettyGuard.class),
                Arguments.of("guard-test", TestScope.class),
                Arguments.of("guard-heap", HeldBy.class),
                Arguments.of("guard-micrometer", LeakGuardMetrics.class),
                Arguments.of("guard-spring-boot", LeakScopeAccessor.class));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void the_public_api_is_the_one_that_is_written_down(String module, Class<?> one) throws Exception {
        String api = String.join("\n", describe(one)) + "\n";
        Path list = root().resolve(module).resolve("src/test/api").resolve(module + ".txt");
        if (Boolean.getBoolean("api.update")) {
            Files.createDirectories(list.getParent());
            Files.writeString(list, api, StandardCharsets.UTF_8);
        }
        assertThat(api)
                .as("the public API differs from %s; if that is meant, run with -Dapi.update=true", list)
                .isEqualTo(Files.readString(list, StandardCharsets.UTF_8));
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("guard-core"))) {
            folder = Objects.requireNonNull(folder.getParent());
        }
        return folder;
    }

    private static List<String> describe(Class<?> one) throws IOException, URISyntaxException {
        Path place =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(place)) {
            return describe(place, one.getPackageName());
        }
        try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + place.toUri()), Map.of())) {
            return describe(jar.getPath("/"), one.getPackageName());
        }
    }

    private static List<String> describe(Path root, String of) throws IOException {
        Map<String, Class<?>> classes = new TreeMap<>();
        Path folder = root.resolve(of.replace('.', '/'));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                    String className = of + "." + name.substring(0, name.length() - ".class".length());
                    Class<?> type = load(className);
                    if (type != null && isReachable(type)) {
                        classes.put(className, type);
                    }
                }
            }
        }
        List<String> lines = new ArrayList<>();
        classes.values().forEach(type -> describe(type, lines));
        return lines;
    }

    /** Null for a class whose library is not there, such as one for the other Boot: those are not public. */
    private static @org.jspecify.annotations.Nullable Class<?> load(String name) {
        try {
            return Class.forName(name, false, PublicApiTest.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    private static boolean isReachable(Class<?> c) {
        for (Class<?> outer = c; outer != null; outer = outer.getDeclaringClass()) {
            if (!Modifier.isPublic(outer.getModifiers()) || outer.isAnonymousClass()) {
                return false;
            }
        }
        return true;
    }

    private static void describe(Class<?> c, List<String> lines) {
        lines.add(c.toGenericString().replace(" sealed ", " ")); // newer JDKs tell it, 17 does not
        Set<String> members = new TreeSet<>();
        for (Field f : c.getDeclaredFields()) {
            if (isApi(f.getModifiers()) && !f.isSynthetic()) {
                members.add("    " + f.toGenericString());
            }
        }
        for (Constructor<?> m : c.getDeclaredConstructors()) {
            add(m, members);
        }
        for (Method m : c.getDeclaredMethods()) {
            if (!m.isBridge()) {
                add(m, members);
            }
        }
        lines.addAll(members);
    }

    private static void add(Executable m, Set<String> members) {
        if (isApi(m.getModifiers()) && !m.isSynthetic()) {
            String throwing =
                    Arrays.stream(m.getExceptionTypes()).map(Class::getName).collect(Collectors.joining(", "));
            members.add("    " + m.toGenericString()
                    + (throwing.isEmpty() || m.toGenericString().contains(" throws ") ? "" : " throws " + throwing));
        }
    }

    private static boolean isApi(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }
}
