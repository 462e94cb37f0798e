package io.leakguard.micrometer;

/** The names of OpenTelemetry's metrics. A registry's naming convention converts them. They don't change. */
final class Names {
    static final String ACTIVE = "leakguard.resource.active";
    static final String LEAKS = "leakguard.leaks";
    static final String HOLD_DURATION = "leakguard.resource.hold.duration";
    static final String DROPPED = "leakguard.reports.dropped";
    static final String DESCRIPTOR_UTILIZATION = "leakguard.file_descriptor.utilization";
    static final String PRESSURE = "leakguard.pressure.reports";

    static final String KIND = "leakguard.resource.kind";
    static final String CAUSE = "leakguard.leak.cause";
    static final String DROP_REASON = "leakguard.drop.reason";
    static final String PRESSURE_AREA = "leakguard.pressure.area";
    static final String PRESSURE_LEVEL = "leakguard.pressure.level";

    private Names() {}
}
