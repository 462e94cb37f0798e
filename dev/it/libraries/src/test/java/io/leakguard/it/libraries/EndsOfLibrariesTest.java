package io.leakguard.it.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.sun.net.httpserver.HttpServer;
import io.leakguard.Ending;
import io.leakguard.Guarded;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;

/** What a library documents as an end is no leak, with a guard at its defaults that reclaims; and what was left open is one. */
class EndsOfLibrariesTest {

    private final Reports reports = new Reports();
    private LeakGuard guard;
    private HttpServer server;
    private String url;

    @BeforeEach
    void open() throws IOException {
        guard = LeakGuard.builder().listener(reports).log(false).reclaim(true).build();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] body = "orders ".repeat(10_000).getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    @AfterEach
    void close() {
        guard.close();
        server.stop(0);
    }

    /** A connection to nowhere: its calls do nothing. */
    private static <T> T idle(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, args) -> method.getReturnType() == boolean.class ? (Object) true : null));
    }

    // ------------------------------------------------------------------------------------------------- interfaces

    @Test
    void a_kafka_producer_ends_by_its_close_with_a_timeout() {
        Producer<String, String> producer =
                guard.wrap(Producer.class, new MockProducer<>(true, new StringSerializer(), new StringSerializer()));
        assertThat(kindOf(producer)).isEqualTo("kafka.producer");
        producer.close(Duration.ofSeconds(1));
        producer = null;
        assertThat(reports.settled(guard)).isEmpty();
        assertThat(guard.stats().closed()).isEqualTo(1);
    }

    @Test
    void a_redis_connection_ends_by_closeAsync() {
        StatefulRedisConnection<String, String> connection =
                guard.wrap(StatefulRedisConnection.class, idle(StatefulRedisConnection.class));
        assertThat(kindOf(connection)).isEqualTo("redis.connection");
        assertThat(connection.closeAsync()).isNull();
        connection = null;
        assertThat(reports.settled(guard)).isEmpty();
    }

    @Test
    void an_amqp_channel_ends_by_close_with_a_reason_and_by_abort() throws Exception {
        Connection connection = guard.wrap(Connection.class, idle(Connection.class));
        Channel closed = guard.wrap(Channel.class, idle(Channel.class));
        Channel aborted = guard.wrap(Channel.class, idle(Channel.class));
        assertThat(kindOf(connection)).isEqualTo("amqp.connection");
        assertThat(kindOf(closed)).isEqualTo("amqp.channel");
        closed.close(200, "done");
        aborted.abort(200, "done");
        connection.abort(1_000);
        closed = null;
        aborted = null;
        connection = null;
        assertThat(reports.settled(guard)).isEmpty();
        assertThat(guard.stats().closed()).isEqualTo(3);
    }

    private static String kindOf(Object handle) {
        return ((GuardedResource) handle).leakTracker().kind().name();
    }

    @Test
    void an_arrow_allocator_stays_the_root_of_its_children() {
        BufferAllocator root = guard.wrap(BufferAllocator.class, new RootAllocator());
        assertThat(kindOf(root)).isEqualTo("arrow.allocator");
        try (BufferAllocator one = root.newChildAllocator("one", 0, 1 << 20);
                BufferAllocator two = root.newChildAllocator("two", 0, 1 << 20);
                var buffer = one.buffer(64)) {
            assertThat(root.getRoot()).isSameAs(one.getRoot());
            var moved = buffer.getReferenceManager().transferOwnership(buffer, two);
            moved.getTransferredBuffer().getReferenceManager().release();
            var toRoot = one.buffer(64);
            var owned = toRoot.getReferenceManager().transferOwnership(toRoot, root);
            owned.getTransferredBuffer().getReferenceManager().release();
            toRoot.close();
        }
        root.close();
        assertThat(reports.settled(guard)).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------- held

    @Test
    void an_http_response_ends_with_its_body() throws Exception {
        OkHttpClient client = new OkHttpClient();
        Ending<Response, RuntimeException> ending =
                Ending.of(Response::close, r -> r.body().source().isOpen());
        for (int i = 0; i < 3; i++) {
            assertThat(ok(client, ending).body().string()).startsWith("orders");
            ok(client, ending).body().close();
            ok(client, ending).close();
            assertThat(guard.hold(execute(client)).get().body().string()).startsWith("orders"); // can't be asked
        }
        assertThat(reports.settled(guard)).isEmpty();
        leak(client, ending);
        LeakReport report = reports.await(guard);
        assertThat(report.kind().name()).isEqualTo("http.response");
        assertThat(report.description()).isEqualTo("okhttp3.Response");
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }

    private void leak(OkHttpClient client, Ending<Response, RuntimeException> ending) throws IOException {
        assertThat(ok(client, ending).code()).isEqualTo(200);
    }

    private Response ok(OkHttpClient client, Ending<Response, RuntimeException> ending) throws IOException {
        return guard.hold(execute(client), ending).get();
    }

    private Response execute(OkHttpClient client) throws IOException {
        return client.newCall(new Request.Builder().url(url).build()).execute();
    }

    @Test
    void an_http_response_ends_by_consuming_its_entity() throws Exception {
        try (CloseableHttpClient client = HttpClients.createDefault()) {
            for (int i = 0; i < 3; i++) {
                ClassicHttpResponse response = guard.hold(client.executeOpen(null, new HttpGet(url), null))
                        .get();
                EntityUtils.consume(response.getEntity());
            }
            assertThat(reports.settled(guard)).isEmpty();
            assertThat(guard.stats().of(ResourceKind.of("http.response")).opened())
                    .isEqualTo(3);
        }
    }

    @Test
    void an_object_of_s3_ends_by_abort() {
        for (int i = 0; i < 3; i++) {
            AbortableInputStream content =
                    AbortableInputStream.create(new ByteArrayInputStream(new byte[64]), () -> {});
            guard.hold(new ResponseInputStream<>("response", content)).get().abort();
        }
        assertThat(reports.settled(guard)).isEmpty();
    }

    @Test
    void an_index_reader_ends_with_its_last_reference() throws Exception {
        try (var directory = new ByteBuffersDirectory()) {
            new IndexWriter(directory, new IndexWriterConfig()).close();
            DirectoryReader counted =
                    guard.hold(DirectoryReader.open(directory)).get();
            counted.decRef();
            counted = null;
            try (Guarded<DirectoryReader, IOException> reader =
                    guard.hold(DirectoryReader.open(directory), IndexReader::decRef)) {
                assertThat(reader.get().numDocs()).isZero();
            }
            assertThat(reports.settled(guard)).isEmpty();
            assertThat(guard.hold(DirectoryReader.open(directory)).get().numDocs())
                    .isZero(); // forgotten, and it can be asked for its references
            assertThat(reports.await(guard).kind().name()).isEqualTo("lucene.index_reader");
        }
    }
}
