package com.acme.spring;

import io.leakguard.LeakGuard;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** An application on a servlet container, with nothing of the guard but where it wraps a file. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Shop.Orders.class)
public class Shop {

    @Bean
    ServletRegistrationBean<HttpServlet> legacy(LeakGuard guard) {
        return new ServletRegistrationBean<>(new Legacy(guard), "/legacy/*");
    }

    /** Runs before Spring MVC knows the handler. */
    @Bean
    @SuppressWarnings({"ReturnValueIgnored", "StreamResourceLeak"}) // planted
    Filter audit(LeakGuard guard) {
        return (request, response, chain) -> {
            String path = ((HttpServletRequest) request).getRequestURI();
            if (path.startsWith("/refused/")) {
                guard.wrap(Files.list(Path.of("."))).count(); // PLANTED refusal
                ((HttpServletResponse) response).sendError(HttpServletResponse.SC_FORBIDDEN);
                return;
            }
            if (path.startsWith("/leak/filter/")) {
                guard.wrap(Files.list(Path.of("."))).count(); // PLANTED filter
            }
            chain.doFilter(request, response);
        };
    }

    /** Not Spring's. */
    static final class Legacy extends HttpServlet {

        private static final long serialVersionUID = 1;

        private final transient LeakGuard guard;

        Legacy(LeakGuard guard) {
            this.guard = guard;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print(scope(guard));
        }
    }

    static String scope(LeakGuard guard) {
        return guard.currentScope().map(s -> s.name()).orElse("none");
    }

    @SuppressWarnings("StreamResourceLeak") // planted
    @RestController
    static class Orders {

        private final LeakGuard guard;
        private final DataSource dataSource;

        Orders(LeakGuard guard, DataSource dataSource) {
            this.guard = guard;
            this.dataSource = dataSource;
        }

        @GetMapping("/orders/{id}")
        public String order(@PathVariable("id") String id) {
            return scope(guard);
        }

        @GetMapping("/jdbc/{id}")
        public String jdbc(@PathVariable("id") String id) throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                return connection.getCatalog();
            }
        }

        @GetMapping("/leak/connection/{id}")
        public String leakConnection(@PathVariable("id") String id) throws SQLException {
            Connection connection = dataSource.getConnection(); // PLANTED connection
            return connection.getCatalog();
        }

        @GetMapping("/leak/files/{id}")
        public String leakFiles(@PathVariable("id") String id) throws IOException {
            return guard.wrap(Files.list(Path.of("."))).count() + ""; // PLANTED files
        }

        @GetMapping("/leak/filter/{id}")
        public String leakFilter(@PathVariable("id") String id) {
            return scope(guard);
        }

        @GetMapping("/thread/{id}")
        public String thread(@PathVariable("id") String id) {
            return Thread.currentThread().getClass().getSimpleName() + " " + scope(guard);
        }

        @GetMapping("/callable/{id}")
        public Callable<String> callable(@PathVariable("id") String id) {
            return () -> scope(guard);
        }

        @GetMapping("/future/{id}")
        public CompletableFuture<String> future(@PathVariable("id") String id) {
            return CompletableFuture.supplyAsync(guard.propagateSupplier(() -> scope(guard)));
        }

        @GetMapping("/streaming/{id}")
        public StreamingResponseBody streaming(@PathVariable("id") String id) throws IOException {
            Stream<Path> files = guard.wrap(Files.list(Path.of(".")));
            return out -> {
                try (files) {
                    out.write((files.count() > 0 ? scope(guard) : "").getBytes(StandardCharsets.UTF_8));
                }
            };
        }

        @GetMapping("/fail/{id}")
        public String fail(@PathVariable("id") String id) {
            throw new IllegalStateException("on purpose");
        }
    }
}
