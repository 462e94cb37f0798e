package com.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuarkusDocTest {

    private final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    private LeakGuard guard;
    private LeakGuard before;
    private AgroalDataSource dataSource;

    @BeforeEach
    void open() throws SQLException {
        guard = LeakGuard.builder()
                .log(false)
                .scopeGrace(Duration.ZERO)
                .blameSkip("com.acme.GuardedPool")
                .listener(reports::add)
                .build();
        before = LeakGuard.setGlobal(guard);
        dataSource = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(2)
                        .connectionFactoryConfiguration(factory -> factory.jdbcUrl("jdbc:h2:mem:quarkus"))));
        dataSource.setPoolInterceptors(List.of(new GuardedPool()));
    }

    @AfterEach
    void close() {
        dataSource.close();
        guard.close();
        LeakGuard.setGlobal(before);
    }

    @Test
    void the_pages_code_is_this() throws Exception {
        String page = Files.readString(Path.of("..", "..", "..", "docs", "quarkus.md"));
        String source = Files.readString(Path.of("src/test/java/com/acme/GuardedPool.java"));

        assertThat(Pattern.compile("(?ms)^```java\\n(.*?)^```$")
                        .matcher(page)
                        .results()
                        .map(r -> r.group(1)))
                .hasSize(1)
                .allSatisfy(code -> assertThat(source).contains(code));
    }

    @Test
    void a_connection_that_is_given_back_is_no_leak() throws Exception {
        try (LeakScope scope = guard.openScope("GET /orders/{id}");
                Connection connection = dataSource.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
            assertThat(scope.openCount()).isEqualTo(1);
        }
        assertThat(guard.flush(Duration.ofSeconds(30))).isTrue();
        assertThat(reports).isEmpty();
    }

    @Test
    void a_connection_that_outlives_its_scope_is_told_at_its_line() throws Exception {
        Connection leaked;
        try (LeakScope scope = guard.openScope("GET /orders/{id}")) {
            leaked = dataSource.getConnection();
            assertThat(scope.openCount()).isEqualTo(1);
        }
        assertThat(guard.flush(Duration.ofSeconds(30))).isTrue();

        assertThat(reports).hasSize(1);
        assertThat(reports.get(0).cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
        assertThat(reports.get(0).siteText()).contains("QuarkusDocTest.java");
        leaked.close();
    }
}
