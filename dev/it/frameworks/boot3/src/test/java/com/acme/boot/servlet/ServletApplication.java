package com.acme.boot.servlet;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** An application with a pool, JPA and files, on a servlet container. */
@SpringBootApplication(proxyBeanMethods = false)
class ServletApplication {

    @Configuration(proxyBeanMethods = false)
    static class Scopes {

        /** A scope for each request. */
        @Bean
        Filter leakScopes(LeakGuard guard) {
            return (request, response, chain) -> {
                HttpServletRequest http = (HttpServletRequest) request;
                try (LeakScope scope = guard.openScope(http.getMethod() + " " + http.getRequestURI())) {
                    chain.doFilter(request, response);
                }
            };
        }
    }

    @SuppressWarnings("StreamResourceLeak") // one is planted, one is under a guard
    @RestController
    static class Orders {

        private final LeakGuard guard;
        private final DataSource dataSource;
        private final JdbcTemplate jdbc;
        private final OrderRepository repository;
        private final Path folder = Path.of(".");

        Orders(LeakGuard guard, DataSource dataSource, JdbcTemplate jdbc, OrderRepository repository) {
            this.guard = guard;
            this.dataSource = dataSource;
            this.jdbc = jdbc;
            this.repository = repository;
        }

        // --------------------------------------------------------------------------------------- legal

        @PostMapping("/orders")
        @Transactional
        public String save(@RequestBody String name) {
            return "saved " + repository.save(new PurchaseOrder(name)).getId();
        }

        @GetMapping("/orders")
        public String count() {
            return repository.count() + " orders";
        }

        @GetMapping("/stream")
        @Transactional(readOnly = true)
        public String stream() {
            try (Stream<PurchaseOrder> orders = repository.findByNameStartingWith("order")) {
                return orders.limit(3).count() + " streamed";
            }
        }

        @GetMapping("/jdbc")
        public String jdbc() {
            List<String> names =
                    jdbc.queryForList("select name from purchase_order fetch first 3 rows only", String.class);
            return names.size() + " names";
        }

        @GetMapping("/files")
        public String files() throws IOException {
            try (Stream<Path> files = guard.wrap(Files.list(folder))) {
                return files.count() + " files";
            }
        }

        @PostMapping("/rollback")
        @Transactional
        public String rollback(@RequestBody String name) {
            repository.saveAndFlush(new PurchaseOrder(name));
            throw new IllegalStateException("on purpose");
        }

        // --------------------------------------------------------------------------------------- bugs

        @GetMapping("/leak/files")
        public String leaksFiles() throws IOException {
            return guard.wrap(Files.list(folder)).count() + " files"; // PLANTED files
        }

        @GetMapping("/leak/connection")
        public String leaksConnection() throws SQLException {
            Connection connection = dataSource.getConnection(); // PLANTED connection
            Statement statement = connection.createStatement();
            ResultSet result = statement.executeQuery("select count(*) from purchase_order");
            result.next();
            return result.getInt(1) + " orders";
        }
    }
}
