package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.acme.spring.Carts;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;

/** A bean of a session that leaks: who holds what it opened is the session. */
class SessionBeanTest {

    @Test
    void the_report_names_the_session_and_the_bean_in_it() throws Exception {
        try (Application application = Application.start(
                Carts.class,
                WebApplicationType.SERVLET,
                "spring.application.name=carts",
                "spring.datasource.url=jdbc:h2:mem:carts",
                "leakguard.held.by=true",
                "leakguard.scope.grace=0")) {
            for (int i = 0; i < 3; i++) {
                assertThat(application.body("/browse")).isEqualTo("browsing"); // each in a session of its own
            }
            assertThat(application.guard().flush(Duration.ofMinutes(2))).isTrue();
            Application.until(() -> !application.reports().isEmpty());

            assertThat(application.reports().get(0).heldBy())
                    .contains(
                            "StandardSession.attributes → [\"scopedTarget.com.acme.spring.Cart\"] → Cart.catalogue → GuardedInputStream");
        }
    }
}
