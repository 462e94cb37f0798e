package com.acme.shop;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;

/** An application with the starter as its only change. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableJpaRepositories(considerNestedRepositories = true)
public class Shop {

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

    interface Purchases extends JpaRepository<Purchase, Long> {
        Stream<Purchase> findByNameStartingWith(String start);
    }
}
