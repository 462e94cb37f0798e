package com.acme.spring;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application with a cart in each session. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({Cart.class, Carts.Page.class})
public class Carts {

    /** The one page. */
    @RestController
    static class Page {
        private final Cart cart;

        Page(Cart cart) {
            this.cart = cart;
        }

        @GetMapping("/browse")
        String browse() {
            return cart.browse();
        }
    }
}
