package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakGuard;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Without guard-heap nobody reads a dump. */
class HeldByMissingTest {

    @Test
    void the_setting_is_refused_when_the_guard_is_made_in_one_line_that_says_what_to_add() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeakGuard.builder().heldBy(true).build())
                .withMessage("leakguard.held.by is true, but guard-heap is not on the class path:"
                        + " add io.leakguard:guard-heap, or set leakguard.held.by=false");
    }

    @Test
    void a_search_that_is_asked_for_says_what_to_add() {
        try (LeakGuard guard = LeakGuard.create()) {
            assertThatThrownBy(() -> guard.findHolders(Duration.ofSeconds(10)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("guard-heap is not on the class path: add io.leakguard:guard-heap");
            assertThat(guard.open().groups()).isEmpty();
        }
    }
}
