package io.leakguard.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** With no descriptor left, no class can be loaded from a folder: what reports a leak must be loaded before. */
class PreloadTest {

    @Test
    void the_packages_that_report_a_leak_are_all_in_the_list() throws IOException {
        Set<String> packages = new TreeSet<>(Set.of("io.leakguard", "io.leakguard.adapter", "io.leakguard.internal"));
        try (Stream<Path> folders = Files.list(Path.of("target", "classes", "io", "leakguard", "internal"))) {
            folders.filter(Files::isDirectory)
                    .map(folder -> "io.leakguard.internal." + folder.getFileName())
                    .filter(name -> !name.endsWith(".wrap"))
                    .forEach(packages::add);
        }
        assertThat(Preload.PACKAGES).extracting(Class::getPackageName).containsExactlyInAnyOrderElementsOf(packages);
    }
}
