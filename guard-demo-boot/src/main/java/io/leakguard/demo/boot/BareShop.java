package io.leakguard.demo.boot;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.transaction.annotation.Transactional;

/**
 * An application with all that the demo has, web, JPA, a pool, actuator and a service with transactions, and no line of the guard's: it
 * can do without.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(BareShop.Sales.class)
class BareShop {

    /** Such a bean has a proxy of its class. */
    static class Sales {
        @Transactional
        public void sell() {}
    }

    public static void main(String[] arguments) throws InterruptedException {
        ConfigurableApplicationContext context = SpringApplication.run(BareShop.class, arguments);
        printProcessorTime("when ready");
        int seconds = Integer.getInteger("demo.settle", 0);
        if (seconds > 0) {
            TimeUnit.SECONDS.sleep(seconds);
            printProcessorTime("when settled");
        }
        context.close();
    }

    private static void printProcessorTime(String when) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            System.out.printf("processor time %s %d ms%n", when, system.getProcessCpuTime() / 1_000_000);
        }
    }
}
