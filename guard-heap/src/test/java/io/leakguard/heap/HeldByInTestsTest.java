package io.leakguard.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.leakguard.LeakGuard;
import io.leakguard.junit.LeakGuarded;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** {@code leakguard.junit.held.by}: a test that fails says who holds what it left. */
class HeldByInTestsTest {

    static final Map<String, InputStream> PARKED = new HashMap<>();

    @TempDir
    Path output;

    @AfterEach
    void closeAll() throws Exception {
        for (InputStream parked : PARKED.values()) {
            parked.close();
        }
        PARKED.clear();
    }

    /** Run by the test below. */
    @LeakGuarded
    static class Leaves {
        @Test
        void parks_a_stream() {
            PARKED.put("orders", LeakGuard.global().wrap(new ByteArrayInputStream(new byte[1])));
        }
    }

    private String failure(String heldBy) {
        List<Throwable> failures = EngineTestKit.engine("junit-jupiter")
                .enableImplicitConfigurationParameters(false)
                .configurationParameter("leakguard.junit.output", output.toString())
                .configurationParameter("leakguard.junit.held.by", heldBy)
                .selectors(selectClass(Leaves.class))
                .execute()
                .allEvents()
                .list()
                .stream()
                .map(event -> event.getPayload(TestExecutionResult.class).flatMap(TestExecutionResult::getThrowable))
                .flatMap(Optional::stream)
                .toList();
        assertThat(failures).isNotEmpty();
        return String.valueOf(failures.get(0).getMessage());
    }

    @Test
    void the_message_of_a_failing_test_says_who_holds_the_resource() {
        assertThat(failure("true"))
                .contains("1 resource leaked by")
                .contains("\n    held by: static HeldByInTestsTest.PARKED → [\"orders\"] → GuardedInputStream");
    }

    @Test
    void without_the_setting_there_is_no_dump_and_no_word_of_it() {
        assertThat(failure("false")).contains("1 resource leaked by").doesNotContain("held by");
    }

    @Test
    void a_bad_value_is_told() {
        assertThat(failure("yes")).contains("'yes' is not a value for leakguard.junit.held.by: give true or false");
    }
}
