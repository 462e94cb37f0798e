/** LeakGuard for Micrometer: the guard's metrics in any registry. */
module io.leakguard.micrometer {
    requires transitive io.leakguard.core;
    requires transitive micrometer.core;
    requires static transitive org.jspecify;

    exports io.leakguard.micrometer;
}
