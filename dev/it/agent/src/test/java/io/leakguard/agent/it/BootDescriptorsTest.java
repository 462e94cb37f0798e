package io.leakguard.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whose the descriptors of an application on Spring Boot are, at default settings. */
class BootDescriptorsTest {

    private static final Pattern ROW = Pattern.compile(" +(\\d+)  (\\S.*?)  (.*)");

    @Test
    void at_least_99_of_100_descriptors_that_the_system_lists_are_attributed()
            throws IOException, InterruptedException {
        try (WebProcess shop = WebProcess.shop(JavaProcess.GUARD)) {
            for (int i = 0; i < 20; i++) {
                shop.get("/buy");
                shop.get("/keep");
            }
            for (int i = 0; i < 5; i++) {
                shop.get("/lose");
            }
            shop.process().awaitLine(line -> line.contains("LEAK file.input"));

            Map<Integer, String> before = descriptors(shop.process().pid());
            List<String> table = JavaProcess.command(
                    "open-files", Long.toString(shop.process().pid()));
            Map<Integer, String> after = descriptors(shop.process().pid());

            Map<Integer, String> told = new TreeMap<>();
            Map<Integer, String> owners = new TreeMap<>();
            for (String line : table) {
                Matcher row = ROW.matcher(line);
                if (row.matches()) {
                    told.put(Integer.valueOf(row.group(1)), row.group(2));
                    owners.put(Integer.valueOf(row.group(1)), row.group(3));
                }
            }
            before.entrySet().retainAll(after.entrySet()); // what has not changed meanwhile
            assertThat(before).hasSizeGreaterThan(150);
            assertThat(told).containsAllEntriesOf(before);
            List<String> unattributed = before.keySet().stream()
                    .filter(number -> owners.get(number).equals("unattributed"))
                    .map(number -> number + " " + before.get(number))
                    .toList();
            assertThat(unattributed).as(() -> String.join("\n", table)).hasSizeLessThanOrEqualTo(before.size() / 100);
            assertThat(owners.values().stream().filter(owner -> owner.contains("Shop.keep(Shop.java:")))
                    .as(() -> String.join("\n", table))
                    .hasSizeGreaterThanOrEqualTo(20 * 7);
        }
    }

    private static Map<Integer, String> descriptors(long pid) throws IOException {
        Map<Integer, String> result = new TreeMap<>();
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path one : all.toList()) {
                result.put(
                        Integer.valueOf(one.getFileName().toString()),
                        Files.readSymbolicLink(one).toString());
            }
        }
        return result;
    }
}
