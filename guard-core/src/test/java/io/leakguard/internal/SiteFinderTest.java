package io.leakguard.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which line of a stack is to blame. */
class SiteFinderTest {

    private static final SiteFinder ANY = new SiteFinder(List.of());
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
                "io.leakguard.internal.ScopedExecutor.run",
                "com.shop.Orders.load");
        assertThat(info.frames).extracting(StackTraceElement::getMethodName).containsExactly("run", "run", "load");
        assertThat(SiteFinder.qualified(info.site)).isEqualTo("com.shop.Orders.load");
    }

    @Test
    void a_package_of_the_users_that_begins_like_ours_is_theirs() {
        assertThat(site("io.leakguard.internal.Engine.track", "io.leakguard.demo.Daemon.serve"))
                .isEqualTo("io.leakguard.demo.Daemon.serve");
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
        SiteFinder shop = new SiteFinder(List.of("com.shop", "org.apache.mine"));
        assertThat(site(shop, "com.other.Client.call", "com.shopping.Cart.add", "com.shop.Orders.load"))
                .isEqualTo("com.shop.Orders.load");
        assertThat(site(shop, "com.other.Client.call", "org.apache.mine.Job.run"))
                .isEqualTo("org.apache.mine.Job.run");
        assertThat(shop.isBlamable(frame("com.other.Client.call"))).isFalse();
        assertThat(shop.isBlamable(frame("com.shop.Orders.load"))).isTrue();
        assertThat(new SiteFinder(List.of("io.leakguard")).isBlamable(frame("io.leakguard.LeakGuard.watch")))
                .isFalse();
    }

    @Test
    void a_dynamic_proxy_is_not_to_blame() {
        assertThat(site("com.shop.$Proxy12.load", "com.shop.Main.main")).isEqualTo("com.shop.Main.main");
        assertThat(site("$Proxy3.load", "com.shop.Main.main")).isEqualTo("com.shop.Main.main");
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
    void a_site_is_written_as_in_a_stack_trace() {
        assertThat(StackInfo.text(new StackTraceElement("com.shop.Orders", "load", "Orders.java", 42)))
                .isEqualTo("Orders.load(Orders.java:42)");
        assertThat(StackInfo.text(new StackTraceElement("Orders", "load", "Orders.java", -1)))
                .isEqualTo("Orders.load(Orders.java)");
        assertThat(StackInfo.text(new StackTraceElement("Orders", "load", null, 42)))
                .isEqualTo("Orders.load(unknown source)");
    }
}
