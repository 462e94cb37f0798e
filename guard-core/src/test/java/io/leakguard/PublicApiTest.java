package io.leakguard;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Compares the public API with the list in {@code src/test/api/guard-core.txt}. A change of the API is a change of that
 * file: run the tests with {@code -Dapi.update=true} and look at the difference.
 */
class PublicApiTest {

    private static final Path LIST = Path.of("src", "test", "api", "guard-core.txt");

    @Test
    void the_public_api_is_the_one_that_is_written_down() throws IOException {
        String api = String.join("\n", describe()) + "\n";
        if (Boolean.getBoolean("api.update")) {
            Files.createDirectories(LIST.getParent());
            Files.writeString(LIST, api, StandardCharsets.UTF_8);
        }
        assertThat(api)
                .as("the public API differs from %s; if that is meant, run with -Dapi.update=true", LIST)
                .isEqualTo(Files.readString(LIST, StandardCharsets.UTF_8));
    }

    private static List<String> describe() {
        List<String> lines = new ArrayList<>();
        // From the folder, since a search by package lists all of the JDK and keeps the list.
        new ClassFileImporter()
                .importPath(Path.of("target", "classes")).stream()
                        .filter(c -> !c.getPackageName().startsWith("io.leakguard.internal"))
                        .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::reflect)
                        .filter(PublicApiTest::isReachable)
                        .sorted((a, b) -> a.getName().compareTo(b.getName()))
                        .forEach(c -> describe(c, lines));
        return lines;
    }

    private static boolean isReachable(Class<?> c) {
        for (Class<?> outer = c; outer != null; outer = outer.getDeclaringClass()) {
            if (!Modifier.isPublic(outer.getModifiers())) {
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
