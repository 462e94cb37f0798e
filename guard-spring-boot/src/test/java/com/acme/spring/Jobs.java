package com.acme.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Work that no request asks for. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableScheduling
@EnableAsync
@Import({Jobs.CleanUp.class, Jobs.Worker.class, Jobs.Listeners.class, Jobs.PrivateJob.class, Jobs.FinalJob.class})
public class Jobs {

    static String scope(LeakGuard guard) {
        return guard.currentScope().map(LeakScope::name).orElse("none");
    }

    @Component
    public static class CleanUp {
        private final CountDownLatch ran = new CountDownLatch(1);
        private volatile String seen = "";
        private final LeakGuard guard;

        CleanUp(LeakGuard guard) {
            this.guard = guard;
        }

        @Scheduled(fixedDelay = 3_600_000)
        public void cleanUp() {
            seen = scope(guard);
            latch().countDown();
        }

        public CountDownLatch latch() {
            return ran;
        }

        public String seen() {
            return seen;
        }
    }

    @Component
    public static class Worker {
        private final LeakGuard guard;

        Worker(LeakGuard guard) {
            this.guard = guard;
        }

        @Async
        @Transactional
        public CompletableFuture<String> work() {
            return CompletableFuture.completedFuture(
                    scope(guard) + " on " + Thread.currentThread().getName());
        }

        public String notAsync() {
            return scope(guard);
        }
    }

    @Component
    public static class Listeners {
        private final LeakGuard guard;
        private final List<String> seen = new CopyOnWriteArrayList<>();

        Listeners(LeakGuard guard) {
            this.guard = guard;
        }

        @KafkaListener(id = "kafka", topics = "orders", groupId = "acme")
        public void onRecord(String value) {
            seen.add(scope(guard) + " " + value);
        }

        @RabbitListener(id = "rabbit", queues = "orders")
        public void onMessage(String value) {
            seen.add(scope(guard) + " " + value);
        }

        public List<String> seen() {
            return seen;
        }
    }

    /** A proxy could not call it. */
    @Component
    public static class PrivateJob {
        private final CountDownLatch ran = new CountDownLatch(1);

        @Scheduled(fixedDelay = 3_600_000)
        @SuppressWarnings("UnusedMethod") // Spring calls it
        private void hidden() {
            ran.countDown();
        }

        public final CountDownLatch ran() {
            return ran;
        }
    }

    /** No proxy of it is possible. */
    @Component
    public static final class FinalJob {
        private final CountDownLatch ran = new CountDownLatch(1);

        @Scheduled(fixedDelay = 3_600_000)
        public void run() {
            ran.countDown();
        }

        public CountDownLatch ran() {
            return ran;
        }
    }
}
