package com.acme;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.micronaut.context.ApplicationContext;
import io.micronaut.jdbc.DataSourceResolver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class MicronautDocTest {

    @Test
    void the_pages_code_is_this() throws Exception {
        String page = Files.readString(Path.of("..", "..", "..", "docs", "micronaut.md"));
        String source = Files.readString(Path.of("src/test/java/com/acme/GuardedDataSources.java"))
                + Files.readString(Path.of("src/test/java/com/acme/Unguarded.java"));

        List<String> code = Pattern.compile("(?ms)^```java\\n(.*?)^```$")
                .matcher(page)
                .results()
                .map(r -> r.group(1))
                .toList();
        assertThat(code).hasSize(2).allSatisfy(block -> assertThat(source).contains(block));
    }

    @Test
    void micronauts_data_source_is_guarded_and_its_pool_is_found() throws Exception {
        ResourceKind kind = ResourceKind.of("jdbc.connection");
        try (ApplicationContext context =
                ApplicationContext.run(Map.of("datasources.default.url", "jdbc:h2:mem:micronaut"))) {
            DataSource dataSource = context.getBean(DataSource.class);
            long before = LeakGuard.global().stats().of(kind).open();
            try (Connection connection = dataSource.getConnection()) {
                assertThat(connection.isValid(1)).isTrue();
                assertThat(LeakGuard.global().stats().of(kind).open()).isEqualTo(before + 1);
            }
            assertThat(LeakGuard.global().stats().of(kind).open()).isEqualTo(before);
            assertThat(context.getBean(DataSourceResolver.class).resolve(dataSource))
                    .isInstanceOf(HikariDataSource.class);
        }
    }
}
