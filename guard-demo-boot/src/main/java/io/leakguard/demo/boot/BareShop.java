package io.leakguard.demo.boot;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application with web, JPA, a pool and actuator as in the demo, without a line of the guard, so that it runs
 * without it.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class BareShop {

    public static void main(String[] arguments) {
        ConfigurableApplicationContext context = SpringApplication.run(BareShop.class, arguments);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            System.out.printf("processor time %d ms%n", system.getProcessCpuTime() / 1_000_000);
        }
        context.close();
    }
}
