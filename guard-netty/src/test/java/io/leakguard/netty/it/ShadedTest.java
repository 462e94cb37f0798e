package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A Netty that a library has put under a package of its own: gRPC's, which the build copies beside the class path. */
class ShadedTest {

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    private static String shadedJar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target", "shaded"))) {
            return files.filter(f -> f.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow()
                    .toString();
        }
    }

    private static String withoutPlain() {
        return Arrays.stream(CLASS_PATH.split(File.pathSeparator))
                .filter(entry -> !new File(entry).getName().startsWith("netty-"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String run(String classPath, String... options) throws Exception {
        return Child.runMain(ShadedChild.class.getName(), classPath, "", options);
    }

    private static void finds(String output) {
        assertThat(output)
                .contains(
                        "buffers EVERY\n",
                        "open 1\n",
                        "released 0\n",
                        "leaked 50\n",
                        "closed NONE",
                        "again EVERY 1",
                        "ShadedChild.main(")
                .doesNotContain("ERROR leakguard", "WARN leakguard", "Exception");
    }

    @Test
    void its_buffers_are_tracked_beside_those_of_the_plain_one() throws Exception {
        finds(run(CLASS_PATH + File.pathSeparator + shadedJar()));
    }

    @Test
    void its_buffers_are_tracked_where_it_is_alone() throws Exception {
        finds(run(withoutPlain() + File.pathSeparator + shadedJar()));
    }

    @Test
    void without_any_the_error_names_the_fix() throws Exception {
        assertThat(run(withoutPlain()))
                .contains(
                        "IllegalStateException: there is no Netty on the class path of LeakGuard",
                        "add io.netty:netty-handler")
                .doesNotContain("NoClassDefFoundError");
    }

    @Test
    void it_can_be_left_alone_and_a_wrong_name_is_told() throws Exception {
        String path = CLASS_PATH + File.pathSeparator + shadedJar();
        assertThat(run(path, "-Dleakguard.netty.shaded=none")).contains("open 0\n");
        assertThat(Child.run("restore", "-Dleakguard.netty.shaded=acme.netty"))
                .contains("WARN leakguard - -Dleakguard.netty.shaded names acme.netty, but there is no"
                        + " acme.netty.util.ResourceLeakDetector on the class path")
                .contains("tracked: 0");
    }
}
