package com.acme.spring;

import io.leakguard.LeakGuard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** An application on Reactor Netty. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Flow.Orders.class)
public class Flow {

    @Bean
    RouterFunction<ServerResponse> routed(LeakGuard guard) {
        return RouterFunctions.route()
                .GET("/routed/{id}", request -> ServerResponse.ok().bodyValue(Shop.scope(guard)))
                .build();
    }

    /** Runs before WebFlux knows the handler. */
    @Bean
    @SuppressWarnings("StreamResourceLeak") // planted
    WebFilter audit(LeakGuard guard) {
        return (exchange, chain) -> exchange.getRequest().getPath().value().startsWith("/leak/filter/")
                ? Mono.fromCallable(() -> guard.wrap(Files.list(Path.of("."))).count()) // PLANTED reactive filter
                        .then(chain.filter(exchange))
                : chain.filter(exchange);
    }

    @SuppressWarnings("StreamResourceLeak") // planted
    @RestController
    static class Orders {

        private final LeakGuard guard;
        private final WebClient client = WebClient.create();

        Orders(LeakGuard guard) {
            this.guard = guard;
        }

        @GetMapping("/orders/{id}")
        public Mono<String> order(@PathVariable("id") String id) {
            return Mono.fromSupplier(() -> Shop.scope(guard));
        }

        @GetMapping("/hop/{id}")
        public Mono<String> hop(@PathVariable("id") String id) {
            return Mono.just(id).publishOn(Schedulers.boundedElastic()).map(i -> Shop.scope(guard));
        }

        @GetMapping("/blocking/{id}")
        public Mono<String> blocking(@PathVariable("id") String id) {
            return Mono.fromCallable((Callable<String>) () -> Shop.scope(guard))
                    .subscribeOn(Schedulers.boundedElastic());
        }

        @GetMapping("/leak/files/{id}")
        public Mono<String> leakFiles(@PathVariable("id") String id) {
            return Mono.fromCallable(this::count).subscribeOn(Schedulers.boundedElastic());
        }

        private String count() throws IOException {
            return guard.wrap(Files.list(Path.of("."))).count() + ""; // PLANTED reactive files
        }

        @GetMapping("/leak/filter/{id}")
        public Mono<String> leakFilter(@PathVariable("id") String id) {
            return Mono.fromSupplier(() -> Shop.scope(guard));
        }

        @GetMapping("/large")
        public Flux<String> large() {
            return Flux.range(0, 200).map(i -> "order ".repeat(100));
        }

        @GetMapping("/read/{port}")
        public Mono<Integer> read(@PathVariable("port") int port) {
            return client.get()
                    .uri("http://127.0.0.1:" + port + "/large")
                    .retrieve()
                    .bodyToMono(String.class)
                    .map(String::length);
        }

        @GetMapping("/leak/body/{port}")
        public Mono<Integer> leakBody(@PathVariable("port") int port) {
            return client.get()
                    .uri("http://127.0.0.1:" + port + "/large")
                    .retrieve()
                    .bodyToFlux(DataBuffer.class)
                    .map(DataBuffer::readableByteCount) // nobody releases them
                    .reduce(0, Integer::sum);
        }

        @GetMapping("/leak/read/{port}")
        public Mono<Integer> leakRead(@PathVariable("port") int port) {
            return client.get()
                    .uri("http://127.0.0.1:" + port + "/large")
                    .retrieve()
                    .bodyToFlux(DataBuffer.class)
                    .map(buffer -> buffer.toString(StandardCharsets.UTF_8).length()) // PLANTED reactive body
                    .reduce(0, Integer::sum);
        }

        @GetMapping("/fail/{id}")
        public Mono<String> fail(@PathVariable("id") String id) {
            return Mono.error(new IllegalStateException("on purpose"));
        }
    }
}
