package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.ResourceProbe;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Resources that were opened before the unit of work that uses them, as a buffer is before its request. */
class ResourceUseTest extends GuardFixture {

    private static final ResourceKind BUFFER = ResourceKind.of("test.buffer");

    private static final class Use implements ResourceProbe {
        @Override
        public boolean isOpen() {
            return true;
        }

        private @Nullable LeakScope scope;

        @Override
        public @Nullable LeakScope usedIn() {
            return scope;
        }

        @Override
        public String describe() {
            return "a buffer";
        }
    }

    private void leakUsedBuffer(String... scopes) {
        Object root = new Object();
        LeakTracker parent = guard.track(root, BUFFER, new Use());
        for (String name : scopes) {
            Use use = new Use();
            Object slice = new Object();
            guard.track(slice, BUFFER, use, parent, null);
            try (LeakScope scope = guard.openScope(name).attribute("tenant", "acme")) {
                use.scope = scope;
            }
            assertThat(slice).isNotNull();
        }
        afterGrace();
        assertThat(reports()).isEmpty();
        assertThat(root).isNotNull();
    }

    @Test
    void a_leak_names_the_scope_that_used_it_with_its_attributes_and_stays_open_at_its_end() {
        leakUsedBuffer("POST /orders");
        Gc.until(() -> guard.stats().open() == 0 && !reports().isEmpty());
        Gc.settle(guard);
        LeakReport report = onlyReport();
        assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
        assertThat(report.scopes()).containsExactly("POST /orders");
        assertThat(report.attributes()).containsEntry("tenant", "acme");
    }

    @Test
    void one_whose_parts_were_used_by_several_names_none_of_them() {
        leakUsedBuffer("POST /a", "POST /b");
        Gc.until(() -> guard.stats().open() == 0 && !reports().isEmpty());
        Gc.settle(guard);
        assertThat(onlyReport().scopes()).isEqualTo(List.of());
    }
}
