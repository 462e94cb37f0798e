package io.leakguard.internal.wrap;

import io.leakguard.ResourceKind;
import io.leakguard.ResourceKind.AtCollection;
import java.lang.reflect.Proxy;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of resources other than streams, sockets and channels, by their class: a table, and a rule for all others.
 */
final class LibraryKinds {

    /**
     * By the name of a class or an interface, so that no library is needed. The nearest in a class's ancestry counts.
     */
    private static final Map<String, String> TABLE = Map.ofEntries(
            Map.entry("java.net.http.HttpClient", "http.client"),
            Map.entry("java.nio.channels.FileLock", "file.lock"),
            Map.entry("java.lang.foreign.Arena", "memory.arena"),
            Map.entry("java.sql.Connection", "jdbc.connection"),
            Map.entry("java.sql.Statement", "jdbc.statement"),
            Map.entry("java.sql.ResultSet", "jdbc.result_set"),
            Map.entry("javax.management.remote.JMXConnector", "jmx.connector"),
            Map.entry("org.apache.kafka.clients.producer.Producer", "kafka.producer"),
            Map.entry("org.apache.kafka.clients.consumer.Consumer", "kafka.consumer"),
            Map.entry("org.apache.kafka.clients.admin.Admin", "kafka.admin"),
            Map.entry("org.apache.kafka.streams.KafkaStreams", "kafka.streams"),
            Map.entry("io.lettuce.core.api.StatefulConnection", "redis.connection"),
            Map.entry("io.lettuce.core.AbstractRedisClient", "redis.client"),
            Map.entry("redis.clients.jedis.Jedis", "redis.connection"),
            Map.entry("redis.clients.jedis.Connection", "redis.connection"),
            Map.entry("redis.clients.jedis.UnifiedJedis", "redis.client"),
            Map.entry("redis.clients.jedis.util.Pool", "redis.pool"),
            Map.entry("com.rabbitmq.client.Connection", "amqp.connection"),
            Map.entry("com.rabbitmq.client.Channel", "amqp.channel"),
            Map.entry("jakarta.jms.Connection", "jms.connection"),
            Map.entry("jakarta.jms.Session", "jms.session"),
            Map.entry("javax.jms.Connection", "jms.connection"),
            Map.entry("javax.jms.Session", "jms.session"),
            Map.entry("okhttp3.Response", "http.response"),
            Map.entry("okhttp3.ResponseBody", "http.response"),
            Map.entry("org.apache.http.client.methods.CloseableHttpResponse", "http.response"),
            Map.entry("org.apache.http.impl.client.CloseableHttpClient", "http.client"),
            Map.entry("org.apache.hc.core5.http.ClassicHttpResponse", "http.response"),
            Map.entry("org.apache.hc.client5.http.impl.classic.CloseableHttpClient", "http.client"),
            Map.entry("org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient", "http.client"),
            Map.entry("jakarta.ws.rs.core.Response", "http.response"),
            Map.entry("jakarta.ws.rs.client.Client", "http.client"),
            Map.entry("javax.ws.rs.core.Response", "http.response"),
            Map.entry("org.apache.lucene.index.IndexReader", "lucene.index_reader"),
            Map.entry("org.apache.lucene.index.IndexWriter", "lucene.index_writer"),
            Map.entry("org.apache.lucene.store.Directory", "lucene.directory"),
            Map.entry("com.mongodb.client.MongoClient", "mongo.client"),
            Map.entry("com.mongodb.client.MongoCursor", "mongo.cursor"),
            Map.entry("com.mongodb.session.ClientSession", "mongo.session"),
            Map.entry("software.amazon.awssdk.utils.SdkAutoCloseable", "aws.client"),
            Map.entry("org.apache.arrow.memory.BufferAllocator", "arrow.allocator"),
            Map.entry("org.apache.arrow.memory.ArrowBuf", "arrow.buffer"),
            Map.entry("org.hibernate.SharedSessionContract", "hibernate.session"),
            Map.entry("jakarta.persistence.EntityManager", "jpa.entity_manager"),
            Map.entry("org.springframework.context.ConfigurableApplicationContext", "spring.context"));

    /** The name of an end that isn't {@code close()}. */
    private static final Map<String, String> ENDS = Map.of("file.lock", "release()");

    /** Names of classes become kinds, of which a process can have {@value ResourceKind#MAX_KINDS}. */
    static final int MAX_DERIVED = 256;

    private static final Set<String> DERIVED = ConcurrentHashMap.newKeySet();

    private static final Pattern GENERATED = Pattern.compile("(\\$\\$|__|_\\$).*$");
    private static final Pattern NUMBER_AT_END = Pattern.compile("[$_]?\\d+$");
    private static final Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");
    private static final int MAX_NAME = 50;

    private LibraryKinds() {}

    /** {@code as} is the interface by which it is wrapped; null if it is held. */
    static ResourceKind of(Object resource, @Nullable Class<?> as) {
        String known = as == null ? null : known(as);
        if (known == null) {
            known = known(resource.getClass());
        }
        if (known != null) {
            return ResourceKind.of(known, AtCollection.UNKNOWN, ENDS.getOrDefault(known, "close()"));
        }
        Class<?> named = as != null && as != AutoCloseable.class && as != java.io.Closeable.class
                ? as
                : named(resource.getClass());
        return named == null ? ResourceKind.CLOSEABLE : derived(named.getSimpleName());
    }

    private static @Nullable String known(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            String known = TABLE.get(c.getName());
            if (known != null) {
                return known;
            }
            for (Class<?> parent : c.getInterfaces()) {
                known = known(parent);
                if (known != null) {
                    return known;
                }
            }
        }
        return null;
    }

    /** Returns a class with a name in a source: not a lambda, an anonymous class or a proxy; null if there is none. */
    static @Nullable Class<?> named(Class<?> type) {
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            if (!c.isAnonymousClass() && !c.isHidden() && !c.isSynthetic() && !Proxy.isProxyClass(c)) {
                return c;
            }
            for (Class<?> parent : c.getInterfaces()) {
                if (AutoCloseable.class.isAssignableFrom(parent)
                        && parent != AutoCloseable.class
                        && parent != java.io.Closeable.class) {
                    return parent;
                }
            }
        }
        return null;
    }

    private static ResourceKind derived(String simpleName) {
        String base = NUMBER_AT_END
                .matcher(GENERATED.matcher(simpleName).replaceFirst(""))
                .replaceFirst("");
        String words = WORD_START
                .matcher(base)
                .replaceAll("_")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9_]", "_");
        if (words.isEmpty()) {
            return ResourceKind.CLOSEABLE;
        }
        String name = "closeable." + words.substring(0, Math.min(words.length(), MAX_NAME));
        if (!DERIVED.contains(name)) {
            if (DERIVED.size() >= MAX_DERIVED) {
                return ResourceKind.CLOSEABLE;
            }
            DERIVED.add(name);
        }
        try {
            return ResourceKind.of(name);
        } catch (IllegalArgumentException e) {
            return ResourceKind.CLOSEABLE; // the program has reached the limit of kinds
        }
    }
}
