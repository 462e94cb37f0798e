package io.leakguard.demo.boot;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** An application with all that the demo has, web, JPA, a pool and actuator, and no line of the guard's: it can do without. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class BareShop {

    public static void main(String[] arguments) {
        SpringApplication.run(BareShop.class, arguments).close();
    }
}
