package com.acme.boot.servlet;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;

@Entity
class PurchaseOrder {

    @Id
    @GeneratedValue
    private Long id;

    private String name;

    protected PurchaseOrder() {}

    PurchaseOrder(String name) {
        this.name = name;
    }

    Long getId() {
        return id;
    }

    String getName() {
        return name;
    }
}
