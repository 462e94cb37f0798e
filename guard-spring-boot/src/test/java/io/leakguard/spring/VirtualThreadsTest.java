package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.acme.spring.Jobs;
import com.acme.spring.Shop;
import io.leakguard.LeakReport;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.boot.WebApplicationType;

/** With {@code spring.threads.virtual.enabled=true}. */
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTest {

    private static final String VIRTUAL = "spring.threads.virtual.enabled=true";

    @Test
    void a_request_on_a_virtual_thread_is_a_scope_and_its_leak_is_told_with_its_route() throws Exception {
        try (Application application = Application.start(
                Shop.class, WebApplicationType.SERVLET, VIRTUAL, "spring.datasource.url=jdbc:h2:mem:virtual")) {
            assertThat(application.body("/thread/4711")).isEqualTo("VirtualThread GET /thread/{id}");
            assertThat(application.body("/callable/4711")).isEqualTo("GET /callable/{id}");
            application.body("/leak/files/4711");
            LeakReport report = application.awaitReport(Application.line(Shop.class, "files"));

            assertThat(report.scopes()).containsExactly("GET /leak/files/{id}");
            Application.until(() -> application.guard().topScopesByOpen(100).isEmpty());
        }
    }

    @Test
    void scheduled_and_asynchronous_calls_are_scopes() throws Exception {
        try (Application application = Application.start(
                Jobs.class, WebApplicationType.NONE, VIRTUAL, "spring.datasource.url=jdbc:h2:mem:virtualjobs")) {
            Jobs.CleanUp job = application.bean(Jobs.CleanUp.class);
            assertThat(job.latch().await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(job.seen()).isEqualTo("Jobs.CleanUp.cleanUp");
            assertThat(application.bean(Jobs.Worker.class).work().get(60, TimeUnit.SECONDS))
                    .startsWith("Jobs.Worker.work on ");
        }
    }
}
