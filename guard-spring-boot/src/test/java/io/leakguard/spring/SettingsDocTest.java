package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuardBuilder;
import io.leakguard.jdbc.JdbcGuard;
import io.leakguard.watch.WatchOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

/** The settings are the same in the guard, in the metadata for an IDE and in the documentation. */
class SettingsDocTest {

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("guard-core"))) {
            folder = Objects.requireNonNull(folder.getParent());
        }
        return folder;
    }

    /** The settings that a page lists, with their defaults; none is the empty text. */
    private static Map<String, String> rows(String page) throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        String builder = page.equals("configuration.md") ? " [^|]* \\|" : "";
        Pattern.compile("(?m)^\\| `(leakguard\\.[a-z.-]+)` \\|" + builder + " ([^|]*) \\|")
                .matcher(Files.readString(root().resolve("docs").resolve(page)))
                .results()
                .forEach(r -> rows.put(
                        r.group(1),
                        r.group(2).replace("`", "").replaceAll("^–.*", "").strip()));
        return rows;
    }

    private static Map<String, String> metadata() throws IOException {
        // Of several on the class path ours is the one beside the class.
        String ours = Objects.requireNonNull(GuardSettings.class.getResource("GuardSettings.class"))
                .toString();
        URL ourFile = new URL(ours.substring(0, ours.indexOf("io/leakguard/spring/"))
                + "META-INF/spring-configuration-metadata.json");
        String json;
        try (InputStream in = ourFile.openStream()) {
            json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Map<String, String> metadata = new TreeMap<>();
        for (Object property : (List<?>) Objects.requireNonNull(
                JsonParserFactory.getJsonParser().parseMap(json).get("properties"))) {
            Map<?, ?> one = (Map<?, ?>) property;
            if (String.valueOf(one.get("name")).startsWith("management.")) {
                continue; // Boot's, of our endpoint
            }
            Object value = one.get("defaultValue");
            assertThat(one.get("description"))
                    .as(String.valueOf(one.get("name")))
                    .isNotNull();
            metadata.put(
                    String.valueOf(one.get("name")),
                    value == null || value.equals(List.of()) ? "" : String.valueOf(value));
        }
        return metadata;
    }

    private static List<String> keys(String prefix, List<String> keys) {
        return keys.stream().map(key -> prefix + key).toList();
    }

    @Test
    void an_ide_completes_each_setting_of_each_module_and_no_other() throws IOException {
        List<String> all = new ArrayList<>();
        all.addAll(keys("leakguard.", LeakGuardBuilder.keys()));
        all.addAll(keys("leakguard.watch.", WatchOptions.keys()));
        all.addAll(keys("leakguard.jdbc.", JdbcGuard.keys()));
        all.addAll(keys("leakguard.spring.", GuardSettings.PARTS));
        all.add("leakguard.jdbc.exclude-beans");
        assertThat(metadata().keySet()).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void an_ide_shows_the_defaults_of_the_documentation() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        for (String page : List.of("configuration.md", "watch.md", "jdbc.md", "spring-boot.md")) {
            documented.putAll(rows(page));
        }
        Map<String, String> shown = new TreeMap<>();
        metadata().forEach((name, value) -> shown.put(name, value.replaceAll("^(0\\.\\d)$", "$10")));
        // The name of the application takes its place.
        documented.replace("leakguard.name", "");
        assertThat(shown).isEqualTo(documented);
    }

    @Test
    void the_page_lists_the_settings_of_this_module() throws IOException {
        List<String> own = new ArrayList<>(List.of("leakguard.jdbc.exclude-beans"));
        own.addAll(keys("leakguard.spring.", GuardSettings.PARTS));
        assertThat(rows("spring-boot.md").keySet()).containsExactlyInAnyOrderElementsOf(own);
    }
}
