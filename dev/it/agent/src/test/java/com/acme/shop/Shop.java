package com.acme.shop;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A web application with a database and a pool, and not a line of LeakGuard. It ends when its input does. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableJpaRepositories(considerNestedRepositories = true)
@RestController
@SuppressWarnings("StreamResourceLeak") // what this is for
public class Shop {

    private static final List<Object> KEPT = new CopyOnWriteArrayList<>();

    private final Purchases purchases;

    Shop(Purchases purchases) {
        this.purchases = purchases;
    }

    @Entity
    static class Purchase {
        @Id
        @GeneratedValue
        Long id;

        String name;

        protected Purchase() {}

        Purchase(String name) {
            this.name = name;
        }
    }

    interface Purchases extends JpaRepository<Purchase, Long> {}

    public static void main(String[] args) throws IOException {
        ConfigurableApplicationContext context = SpringApplication.run(Shop.class, args);
        System.out.println("ready " + context.getEnvironment().getProperty("local.server.port"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            System.gc();
        }
        context.close();
    }

    @GetMapping("/buy")
    String buy() {
        return purchases.save(new Purchase("apples")).name;
    }

    /** Loses a file. */
    @GetMapping("/lose")
    String lose() throws IOException {
        FileInputStream in = new FileInputStream("/etc/hosts");
        return in.read() < 0 ? "empty" : "read";
    }

    /** Keeps one of each sort. */
    @GetMapping("/keep")
    String keep() throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        KEPT.add(server);
        KEPT.add(new Socket(server.getInetAddress(), server.getLocalPort()));
        KEPT.add(server.accept());
        KEPT.add(new FileInputStream("/etc/hosts"));
        KEPT.add(Files.newByteChannel(Path.of("/etc/hosts")));
        KEPT.add(Files.list(Path.of("/etc")));
        KEPT.add(Selector.open());
        return "kept";
    }
}
