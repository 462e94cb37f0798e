package com.acme.boot.servlet;

import java.util.stream.Stream;
import org.springframework.data.jpa.repository.JpaRepository;

interface OrderRepository extends JpaRepository<PurchaseOrder, Long> {

    Stream<PurchaseOrder> findByNameStartingWith(String start);
}
