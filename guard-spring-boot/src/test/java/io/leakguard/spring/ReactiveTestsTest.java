package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.acme.spring.ShopTests;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineExecutionResults;

@Tag("reactive")
class ReactiveTestsTest {

    @Test
    void a_leak_in_a_reactive_controller_behind_a_port_fails_the_test_that_called_it() {
        EngineExecutionResults run = SpringTestsTest.run(ShopTests.ReactivePort.class);

        assertThat(run.testEvents().succeeded().count()).isEqualTo(1);
        assertThat(SpringTestsTest.failed(run))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("leaks()")
                .contains("(Flow.java:");
    }
}
