package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The settings are the same in the guard, in the metadata for an IDE and in the documentation. */
class SettingsDocTest {

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("guard-core"))) {
            folder = Objects.requireNonNull(folder.getParent());
        }
        return folder;
    }

    private static List<String> rows(String page) throws IOException {
        return Pattern.compile("(?m)^\\| `(leakguard\\.[a-z.-]+)` \\|")
                .matcher(Files.readString(root().resolve("docs").resolve(page)))
                .results()
                .map(r -> r.group(1))
                .toList();
    }

    private static Set<String> metadata() throws IOException {
        String json;
        try (InputStream in =
                LeakGuardProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            // Of several on the class path ours is the one beside the class.
            Path classes = Path.of(LeakGuardProperties.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath());
            json = Files.isDirectory(classes)
                    ? Files.readString(classes.resolve("META-INF/spring-configuration-metadata.json"))
                    : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        String properties = json.substring(json.indexOf("\"properties\": ["));
        return Pattern.compile("\"name\": \"(leakguard\\.[a-z.-]+)\"")
                .matcher(properties)
                .results()
                .map(r -> r.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void the_guards_own_settings_are_those_of_its_documentation() throws IOException {
        assertThat(GuardSettings.KEYS.stream().map(key -> "leakguard." + key))
                .containsExactlyElementsOf(rows("configuration.md"));
    }

    @Test
    void an_ide_completes_each_setting() throws IOException {
        assertThat(metadata()).containsAll(rows("configuration.md")).containsAll(rows("spring-boot.md"));
    }

    @Test
    void the_page_lists_each_setting_that_the_guard_itself_has_not() throws IOException {
        Set<String> own = metadata();
        own.removeAll(rows("configuration.md"));
        own.removeIf(name ->
                name.startsWith("leakguard.watch.") || name.matches("leakguard\\.jdbc\\.(sql|borrow|child|lobs).*"));
        assertThat(rows("spring-boot.md")).containsExactlyInAnyOrderElementsOf(own);
    }
}
