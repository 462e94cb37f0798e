package com.acme.boot.reactive;

import java.nio.charset.StandardCharsets;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An application on Reactor Netty. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(ReactiveApplication.Pages.class)
class ReactiveApplication {

    @RestController
    static class Pages {

        // --------------------------------------------------------------------------------------- legal

        @PostMapping("/echo")
        Mono<String> echo(@RequestBody Mono<String> body) {
            return body.map(String::toUpperCase);
        }

        @PostMapping("/buffers")
        Flux<DataBuffer> buffers(@RequestBody Flux<DataBuffer> body) {
            return body;
        }

        @PostMapping("/released")
        Mono<Integer> released(@RequestBody Flux<DataBuffer> body) {
            return body.map(part -> {
                        int size = part.readableByteCount();
                        DataBufferUtils.release(part);
                        return size;
                    })
                    .reduce(0, Integer::sum);
        }

        @GetMapping("/stream")
        Flux<String> stream() {
            return Flux.range(0, 16).map(i -> "part " + i);
        }

        @PostMapping("/fails")
        Mono<String> fails(@RequestBody Mono<String> body) {
            return body.flatMap(text -> Mono.error(new IllegalStateException("on purpose")));
        }

        // --------------------------------------------------------------------------------------- bugs

        @PostMapping("/leak/body")
        Mono<Integer> leaksBody(@RequestBody Flux<DataBuffer> body) {
            return body.map(part -> part.readableByteCount()) // PLANTED body
                    .reduce(0, Integer::sum);
        }

        @PostMapping("/leak/retained")
        Mono<String> leaksRetained(@RequestBody Flux<DataBuffer> body) {
            return body.map(part -> {
                        DataBufferUtils.retain(part); // PLANTED retained
                        DataBufferUtils.release(part);
                        return "kept";
                    })
                    .next();
        }

        @PostMapping("/leak/read")
        Mono<String> leaksRead(@RequestBody Flux<DataBuffer> body) {
            return DataBufferUtils.join(body).map(all -> {
                return all.toString(StandardCharsets.UTF_8); // PLANTED read
            });
        }

        @GetMapping("/leak/page")
        String leaksPage(ServerHttpResponse response) {
            DataBuffer page = response.bufferFactory().allocateBuffer(256); // PLANTED page
            return String.valueOf(page.capacity());
        }
    }
}
