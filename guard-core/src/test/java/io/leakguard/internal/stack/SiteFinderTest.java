package io.leakguard.internal.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which line of a stack is to blame. */
class SiteFinderTest {

    private static final SiteFinder ANY = new SiteFinder(List.of(), new CodeOrigins(new ContextLoaders()));
    private static final String HANDLE = "com.shop.PooledFile";

    private static StackTraceElement frame(String text) {
        int dot = text.lastIndexOf('.');
        String className = text.substring(0, dot);
        return new StackTraceElement(className, text.substring(dot + 1), "F.java", 7);
    }

    private static StackInfo explain(SiteFinder finder, String... frames) {
        return finder.explain(
                Arrays.stream(frames).map(SiteFinderTest::frame).toArray(StackTraceElement[]::new), HANDLE);
    }

    private static String site(SiteFinder finder, String... frames) {
        return SiteFinder.qualified(explain(finder, frames).site);
    }

    private static String site(String... frames) {
        return site(ANY, frames);
    }

    @Test
    void the_first_frame_of_the_application_below_the_guard_and_libraries() {
        assertThat(site(
                        "io.leakguard.internal.Engine.track",
                        "io.leakguard.LeakGuard.watch",
                        "java.nio.file.Files.newInputStream",
                        "org.springframework.core.io.FileSystemResource.getInputStream",
                        "com.shop.Orders.load",
                        "com.shop.Main.main",
                        "java.lang.Thread.run"))
                .isEqualTo("com.shop.Orders.load");
    }

    @Test
    void the_guards_own_frames_are_left_out_where_they_come_first_and_passed_over_where_they_come_later() {
        StackInfo info = explain(
                ANY,
                "io.leakguard.internal.Engine.track",
                "io.leakguard.LeakGuard.watch",
                "java.util.concurrent.FutureTask.run",
                "io.leakguard.internal.track.ScopedExecutor.run",
                "com.shop.Orders.load");
        assertThat(info.frames).extracting(StackTraceElement::getMethodName).containsExactly("run", "run", "load");
        assertThat(SiteFinder.qualified(info.site)).isEqualTo("com.shop.Orders.load");
    }

    @Test
    void a_package_of_the_users_that_begins_like_ours_is_theirs() {
        assertThat(site("io.leakguard.internal.Engine.track", "io.leakguard.demo.Daemon.serve"))
                .isEqualTo("io.leakguard.demo.Daemon.serve");
        assertThat(site(
                        "io.leakguard.internal.track.Registry.add",
                        "io.leakguard.adapter.Polled.opened",
                        "io.leakguard.it.OwnTest.opens"))
                .isEqualTo("io.leakguard.it.OwnTest.opens");
        assertThat(site("NoPackage.main")).isEqualTo("NoPackage.main");
    }

    @Test
    void a_handle_that_tracks_itself_is_not_to_blame_nor_its_superclasses() {
        assertThat(site(
                        "com.shop.Tracked.<init>",
                        "com.shop.PooledFile.<init>",
                        "com.shop.PooledFile.open",
                        "com.shop.Orders.load"))
                .isEqualTo("com.shop.Orders.load");
    }

    @Test
    void a_constructor_that_opens_something_else_is_to_blame() {
        assertThat(site("com.shop.Cache.<init>", "com.shop.Orders.load")).isEqualTo("com.shop.Cache.<init>");
    }

    @Test
    void a_handle_alone_on_its_stack_is_to_blame() {
        assertThat(site("com.shop.PooledFile.<init>", "com.shop.PooledFile.main"))
                .isEqualTo("com.shop.PooledFile.<init>");
    }

    @Test
    void where_the_applications_packages_are_known_nothing_else_is_to_blame() {
        SiteFinder shop = new SiteFinder(List.of("com.shop", "org.apache.mine"), new CodeOrigins(new ContextLoaders()));
        assertThat(site(shop, "com.other.Client.call", "com.shopping.Cart.add", "com.shop.Orders.load"))
                .isEqualTo("com.shop.Orders.load");
        assertThat(site(shop, "com.other.Client.call", "org.apache.mine.Job.run"))
                .isEqualTo("org.apache.mine.Job.run");
        assertThat(shop.isBlamable(frame("com.other.Client.call"))).isFalse();
        assertThat(shop.isBlamable(frame("com.shop.Orders.load"))).isTrue();
        assertThat(new SiteFinder(List.of("io.leakguard"), new CodeOrigins(new ContextLoaders()))
                        .isBlamable(frame("io.leakguard.LeakGuard.watch")))
                .isFalse();
    }

    @Test
    void a_dynamic_proxy_is_not_to_blame() {
        assertThat(site("com.shop.$Proxy12.load", "com.shop.Main.main")).isEqualTo("com.shop.Main.main");
        assertThat(site("$Proxy3.load", "com.shop.Main.main")).isEqualTo("com.shop.Main.main");
    }

    /** As the JVM writes them: CGLIB names no source file that there is, Byte Buddy and Javassist name none. */
    private static StackTraceElement[] withProxies() {
        return new StackTraceElement[] {
            frame("java.util.ArrayList.forEach"),
            new StackTraceElement("com.shop.Orders$$FastClassBySpringCGLIB$$1a2b", "invoke", "<generated>", -1),
            new StackTraceElement("com.shop.Orders$$SpringCGLIB$$0", "load", "<generated>", -1),
            frame("com.shop.Orders.load"),
            new StackTraceElement("com.shop.Orders$$SpringCGLIB$$0", "load", "<generated>", -1),
            new StackTraceElement("com.shop.Stock$HibernateProxy$xY12", "count", null, -1),
            new StackTraceElement("com.shop.Stock_$$_jvst7f_0", "count", null, -1),
            new StackTraceElement("com.shop.Stock_ClientProxy", "count", null, -1),
            frame("com.shop.Main.main")
        };
    }

    @Test
    void a_generated_class_is_neither_the_site_nor_on_the_path_where_the_applications_own_is_beside_it() {
        StackInfo info = ANY.explain(withProxies(), HANDLE);
        assertThat(SiteFinder.qualified(info.site)).isEqualTo("com.shop.Orders.load");
        assertThat(info.path.frames())
                .extracting(SiteFinder::qualified)
                .containsExactly("com.shop.Orders.load", "com.shop.Main.main");
        assertThat(info.frames).as("the whole stack is shown").hasSize(9);
        assertThat(withProxies()).filteredOn(ANY::isBlamable).hasSize(2);

        SiteFinder known = new SiteFinder(List.of("com.shop"), new CodeOrigins(new ContextLoaders()));
        assertThat(known.explain(withProxies(), HANDLE).path).isEqualTo(info.path);
    }

    @Test
    void a_generated_class_that_is_alone_of_the_application_is_to_blame() {
        StackInfo info = ANY.explain(
                new StackTraceElement[] {
                    frame("java.util.ArrayList.forEach"),
                    new StackTraceElement("com.shop.Orders$$SpringCGLIB$$0", "load", "<generated>", -1),
                    frame("org.springframework.aop.Chain.proceed")
                },
                HANDLE);
        assertThat(SiteFinder.qualified(info.site)).isEqualTo("com.shop.Orders$$SpringCGLIB$$0.load");
        assertThat(info.byApplication).isTrue();
    }

    @Test
    void a_class_without_debug_information_is_the_applications_all_the_same() {
        StackInfo info = ANY.explain(
                new StackTraceElement[] {
                    new StackTraceElement("com.shop.a$b", "c", null, -1), frame("com.shop.Main.main")
                },
                HANDLE);
        assertThat(SiteFinder.qualified(info.site)).isEqualTo("com.shop.a$b.c");
    }

    @Test
    void without_the_application_a_library_is_named_before_the_jdk_and_the_jdk_before_nothing() {
        assertThat(site("java.io.FileInputStream.open", "org.h2.store.FileStore.open", "java.lang.Thread.run"))
                .isEqualTo("org.h2.store.FileStore.open");
        for (String jdk : List.of("java.io.A.open", "javax.net.A.open", "jdk.net.A.open", "sun.nio.ch.A.open")) {
            assertThat(site(jdk, "io.netty.channel.B.open")).isEqualTo("io.netty.channel.B.open");
        }
        assertThat(site("java.io.FileInputStream.open", "java.lang.Thread.run"))
                .isEqualTo("java.io.FileInputStream.open");
        assertThat(site("io.leakguard.LeakGuard.watch")).isEmpty();
        assertThat(explain(ANY).siteText).isEqualTo("unknown");
    }

    @Test
    void libraries_that_open_for_others_are_known_by_name_where_nothing_else_is() {
        for (String library : List.of(
                "org.jdbi.v3.core.Jdbi.open",
                "redis.clients.jedis.Jedis.connect",
                "io.lettuce.core.RedisClient.connect",
                "com.mongodb.client.MongoClients.create",
                "com.rabbitmq.client.ConnectionFactory.newConnection",
                "software.amazon.awssdk.services.s3.DefaultS3Client.getObject",
                "com.amazonaws.services.s3.AmazonS3Client.getObject",
                "org.mybatis.spring.SqlSessionUtils.getSqlSession",
                "org.apache.ibatis.session.defaults.DefaultSqlSession.selectCursor",
                "org.flywaydb.core.Flyway.migrate",
                "liquibase.Liquibase.update",
                "org.quartz.impl.StdSchedulerFactory.getScheduler",
                "io.ebean.DB.find",
                "org.rocksdb.RocksDB.open",
                "com.google.cloud.storage.StorageImpl.reader",
                "com.google.api.client.http.HttpRequest.execute",
                "org.redisson.Redisson.create",
                "org.elasticsearch.client.RestClient.performRequest",
                "org.opensearch.client.RestClient.performRequest",
                "com.squareup.okhttp.Call.execute",
                "org.apache.kafka.clients.producer.KafkaProducer.send")) {
            assertThat(site(library, "com.shop.Orders.load")).isEqualTo("com.shop.Orders.load");
        }
    }

    @Test
    void what_one_owners_packages_have_in_common() {
        assertThat(CodeOrigins.root("com.acme.orders.db.Dao")).isEqualTo("com.acme");
        assertThat(CodeOrigins.root("org.apache.orders.db.Dao")).isEqualTo("org.apache.orders");
        assertThat(CodeOrigins.root("com.github.somebody.orders.Dao")).isEqualTo("com.github.somebody");
        assertThat(CodeOrigins.root("uk.co.acme.orders.Dao")).isEqualTo("uk.co.acme");
        assertThat(CodeOrigins.root("shop.Dao")).isEqualTo("shop");
        assertThat(CodeOrigins.root("org.apache.Main")).isEmpty();
        assertThat(CodeOrigins.root("Main")).isEmpty();
    }

    @Test
    void what_the_jvm_was_started_with_names_the_application_unless_it_starts_others() {
        assertThat(MainClass.of("com.acme.Main some arguments", "a.jar:b.jar", ""))
                .isEqualTo(new MainClass("com.acme.Main", ""));
        assertThat(MainClass.of("com.acme/com.acme.Main", "", "com.acme"))
                .isEqualTo(new MainClass("com.acme.Main", "com.acme"));
        assertThat(MainClass.of("jdk.compiler/com.sun.tools.javac.launcher.Main Main.java", "", "jdk.compiler"))
                .isEqualTo(MainClass.UNKNOWN);
        assertThat(MainClass.of("org.apache.catalina.startup.Bootstrap start", "bootstrap.jar", ""))
                .isEqualTo(MainClass.UNKNOWN);
        assertThat(MainClass.of("", "", "")).isEqualTo(MainClass.UNKNOWN);
    }

    @Test
    void a_site_is_written_as_in_a_stack_trace() {
        assertThat(StackInfo.text(new StackTraceElement("com.shop.Orders", "load", "Orders.java", 42)))
                .isEqualTo("Orders.load(Orders.java:42)");
        assertThat(StackInfo.text(new StackTraceElement("Orders", "load", "Orders.java", -1)))
                .isEqualTo("Orders.load(Orders.java)");
        assertThat(StackInfo.text(new StackTraceElement("Orders", "load", null, 42)))
                .isEqualTo("Orders.load(unknown source)");
    }

    @Test
    void without_the_application_the_first_frame_that_does_not_allocate_for_others() {
        assertThat(site(
                        "io.netty.buffer.AbstractByteBufAllocator.toLeakAwareBuffer",
                        "io.netty.buffer.PooledByteBufAllocator.newDirectBuffer",
                        "io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator$MaxMessageHandle.allocate",
                        "io.netty.channel.nio.AbstractNioByteChannel$NioByteUnsafe.read",
                        "java.lang.Thread.run"))
                .isEqualTo("io.netty.channel.nio.AbstractNioByteChannel$NioByteUnsafe.read");
        assertThat(site(
                        "io.grpc.netty.shaded.io.netty.buffer.AbstractByteBufAllocator.toLeakAwareBuffer",
                        "io.grpc.netty.shaded.io.grpc.netty.NettyWritableBufferAllocator.allocate"))
                .isEqualTo("io.grpc.netty.shaded.io.grpc.netty.NettyWritableBufferAllocator.allocate");
    }
}
