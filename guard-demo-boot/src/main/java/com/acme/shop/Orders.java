package com.acme.shop;

import com.acme.shop.Shop.Purchase;
import com.acme.shop.Shop.Purchases;
import io.leakguard.LeakGuard;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;

/** The application's endpoints. Each bug is marked at the line that opens a resource which is never closed. */
@RestController
@SuppressWarnings("StreamResourceLeak")
class Orders {

    private final Purchases purchases;
    private final JdbcTemplate jdbc;
    private final DataSource dataSource;
    private final EntityManagerFactory factory;
    private final LeakGuard guard;
    private final WebClient client = WebClient.create();

    Orders(
            Purchases purchases,
            JdbcTemplate jdbc,
            DataSource dataSource,
            EntityManagerFactory factory,
            LeakGuard guard) {
        this.purchases = purchases;
        this.jdbc = jdbc;
        this.dataSource = dataSource;
        this.factory = factory;
        this.guard = guard;
    }

    // ------------------------------------------------------------------------------------------------ legal

    @GetMapping("/save/{id}")
    @Transactional
    public String save(@PathVariable("id") String id) {
        return purchases.save(new Purchase("order " + id)).name;
    }

    /** The session of the view is open after the transaction. */
    @GetMapping("/view/{id}")
    public String view(@PathVariable("id") long id) {
        return purchases.findById(id).map(p -> p.name).orElse("none") + purchases.count();
    }

    @GetMapping("/rollback/{id}")
    @Transactional
    public String rollback(@PathVariable("id") String id) {
        purchases.saveAndFlush(new Purchase(id));
        throw new IllegalStateException("on purpose");
    }

    @GetMapping("/stream/{id}")
    @Transactional(readOnly = true)
    public String stream(@PathVariable("id") String id) {
        try (Stream<Purchase> orders = purchases.findByNameStartingWith("order")) {
            return orders.limit(3).count() + "";
        }
    }

    @GetMapping("/rows/{id}")
    public String rows(@PathVariable("id") String id) {
        try (Stream<String> rows =
                jdbc.queryForStream("select name from shop$purchase", (row, n) -> row.getString(1))) {
            return rows.limit(3).count() + "";
        }
    }

    @GetMapping("/files/{id}")
    public String files(@PathVariable("id") String id) throws IOException {
        try (Stream<Path> files = guard.wrap(Files.list(Path.of(".")))) {
            return files.count() + "";
        }
    }

    @GetMapping("/text/{id}")
    public String text(@PathVariable("id") String id) {
        return "order ".repeat(5_000);
    }

    @GetMapping("/client/{id}")
    public Integer client(@PathVariable("id") String id, @RequestParam("port") int port) {
        return client.get()
                .uri("http://127.0.0.1:" + port + "/text/" + id)
                .retrieve()
                .bodyToMono(String.class)
                .map(String::length)
                .block();
    }

    // ------------------------------------------------------------------------------------------------ bugs

    @GetMapping("/leak/repository/{id}")
    @Transactional(readOnly = true)
    public String leakRepository(@PathVariable("id") String id) {
        return guard.wrap(purchases.findByNameStartingWith("order")).count() + ""; // LEAKS stream
    }

    @GetMapping("/leak/rows/{id}")
    public String leakRows(@PathVariable("id") String id) {
        return jdbc.queryForStream("select 1", (row, n) -> row.getString(1)).count() + ""; // LEAKS jdbc.connection
    }

    @GetMapping("/leak/utils/{id}")
    public String leakUtils(@PathVariable("id") String id) throws SQLException {
        Connection connection = DataSourceUtils.getConnection(dataSource); // LEAKS jdbc.connection
        return connection.getCatalog();
    }

    @GetMapping("/leak/manager/{id}")
    public String leakManager(@PathVariable("id") String id) {
        EntityManager manager = factory.createEntityManager();
        return manager.createNativeQuery("select 1").getResultList().size() + ""; // LEAKS jdbc.connection
    }

    @GetMapping("/leak/files/{id}")
    public String leakFiles(@PathVariable("id") String id) throws IOException {
        return guard.wrap(Files.list(Path.of("."))).count() + ""; // LEAKS stream
    }

    @GetMapping("/leak/body/{id}")
    public Integer leakBody(@PathVariable("id") String id, @RequestParam("port") int port) {
        return client.get()
                .uri("http://127.0.0.1:" + port + "/text/" + id)
                .retrieve()
                .bodyToFlux(DataBuffer.class)
                .map(buffer -> buffer.toString(StandardCharsets.UTF_8).length()) // LEAKS netty.bytebuf
                .reduce(0, Integer::sum)
                .block();
    }
}
