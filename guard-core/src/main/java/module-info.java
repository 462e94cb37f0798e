/** LeakGuard's engine: finds every resource that was opened and not closed, and says which line opened it. */
@SuppressWarnings("module") // the siblings are built after this one
module io.leakguard.core {
    requires transitive org.slf4j;
    requires com.github.benmanes.caffeine;
    requires static io.opentelemetry.api;
    requires static io.opentelemetry.context;
    requires static transitive org.jspecify;
    requires static java.management;
    requires static jdk.management;
    requires static jdk.jfr;

    uses io.leakguard.adapter.HeapReader;

    exports io.leakguard;
    exports io.leakguard.adapter;
    exports io.leakguard.report;
    exports io.leakguard.telemetry;
    exports io.leakguard.watch;
    exports io.leakguard.internal.base to
            io.leakguard.jdbc,
            io.leakguard.netty,
            io.leakguard.junit,
            io.leakguard.spring;
    exports io.leakguard.internal.observe to
            io.leakguard.junit;
}
