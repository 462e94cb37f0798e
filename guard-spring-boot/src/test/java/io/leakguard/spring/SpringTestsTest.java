package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import com.acme.spring.ShopTests;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs of {@code @SpringBootTest} classes under guard-test. */
class SpringTestsTest {

    static EngineExecutionResults run(Class<?>... classes) {
        return EngineTestKit.engine("junit-jupiter")
                .configurationParameter("leakguard.junit.enabled", "true")
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .configurationParameter("leakguard.junit.descriptors", "off")
                .configurationParameter("leakguard.junit.threads", "off")
                .selectors(java.util.Arrays.stream(classes)
                        .map(c -> selectClass(c))
                        .toList())
                .execute();
    }

    static List<String> failed(EngineExecutionResults run) {
        return run.allEvents().finished().stream()
                .filter(e -> e.getRequiredPayload(TestExecutionResult.class).getStatus()
                        != TestExecutionResult.Status.SUCCESSFUL)
                .map(SpringTestsTest::text)
                .toList();
    }

    private static String text(Event event) {
        return event.getTestDescriptor().getDisplayName() + ": "
                + event.getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .map(SpringTestsTest::causes)
                        .orElse("");
    }

    private static String causes(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return thrown + (cause == null ? "" : ", caused by " + causes(cause));
    }

    @Test
    void a_leak_in_a_controller_fails_the_test_that_called_it_and_no_other() {
        EngineExecutionResults run = run(ShopTests.Mvc.class);

        assertThat(run.testEvents().succeeded().count()).isEqualTo(2);
        assertThat(failed(run))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("leaks()")
                .contains("leakFiles(Shop.java:");
    }

    @Test
    void what_the_context_keeps_open_is_no_tests_leak_nor_is_a_context_that_is_cached_or_closed() {
        EngineExecutionResults run = run(
                ShopTests.First.class, ShopTests.SameContext.class, ShopTests.Dirty.class, ShopTests.AfterDirty.class);

        assertThat(failed(run)).isEmpty();
        assertThat(run.testEvents().succeeded().count()).isEqualTo(4);
    }

    @Test
    void a_leak_behind_a_real_port_fails_the_test_that_called_it_and_no_other() {
        EngineExecutionResults run = run(ShopTests.Port.class);

        assertThat(run.testEvents().succeeded().count()).isEqualTo(2);
        assertThat(failed(run))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("leaks()")
                .contains("leakFiles(Shop.java:");
    }

    @Test
    void a_context_on_a_port_that_is_cached_or_made_again_has_its_leaks_in_the_tests_that_called() {
        EngineExecutionResults run =
                run(ShopTests.FirstPort.class, ShopTests.SamePort.class, ShopTests.AfterDirtyPort.class);

        assertThat(run.testEvents().succeeded().count()).isEqualTo(3);
        assertThat(failed(run)).hasSize(3).allSatisfy(text -> assertThat(text).startsWith("leaks()"));
        assertThat(String.join(" ", failed(run)))
                .contains("leakFiles(Shop.java:", "leakConnection(Shop.java:", "Shop.lambda$audit$");
    }
}
