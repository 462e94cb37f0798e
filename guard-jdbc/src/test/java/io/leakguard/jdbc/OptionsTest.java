package io.leakguard.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void each_setting_has_a_property() {
        JdbcOptions options = JdbcOptions.DEFAULT
                .with("leakguard.jdbc.sql.max", "100")
                .with("leakguard.jdbc.sql.mask", "true")
                .with("leakguard.jdbc.borrow.slow", "250ms")
                .with("leakguard.jdbc.child.grace", "0")
                .with("leakguard.jdbc.lobs", "true");
        assertThat(options).isEqualTo(new JdbcOptions(100, true, Duration.ofMillis(250), Duration.ZERO, true));
    }

    @Test
    void a_bad_value_is_named_with_the_fix() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JdbcOptions.DEFAULT.with("leakguard.jdbc.sql.max", "many"))
                .withMessage("leakguard.jdbc.sql.max=many: give a whole number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JdbcOptions.DEFAULT.with("leakguard.jdbc.sql.max", "-1"))
                .withMessageContaining("give 0 (no SQL in reports) to 1000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JdbcOptions.DEFAULT.with("leakguard.jdbc.borrow.slow", "soon"))
                .withMessageContaining("give a time like");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JdbcOptions.DEFAULT.with("leakguard.jdbc.lobs", "maybe"))
                .withMessageContaining("give true or false");
    }

    @Test
    void an_unknown_property_is_refused_where_the_data_source_is_configured() {
        System.setProperty("leakguard.jdbc.slow", "1s");
        try {
            assertThatIllegalArgumentException()
                    .isThrownBy(JdbcGuard::builder)
                    .withMessageContaining("leakguard.jdbc.slow")
                    .withMessageContaining("leakguard.jdbc.borrow.slow");
        } finally {
            System.clearProperty("leakguard.jdbc.slow");
        }
    }
}
