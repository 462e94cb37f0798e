package io.leakguard.telemetry;

import io.opentelemetry.api.common.AttributeKey;

/** The names that backends see. Dashboards and alerts depend on them, so they don't change. */
final class Names {
    static final String SCOPE = "io.leakguard";

    static final String ACTIVE = "leakguard.resource.active";
    static final String LEAKS = "leakguard.leaks";
    static final String HOLD_DURATION = "leakguard.resource.hold.duration";
    static final String DROPPED = "leakguard.reports.dropped";
    static final String DESCRIPTOR_UTILIZATION = "leakguard.file_descriptor.utilization";

    static final String PRESSURE = "leakguard.pressure.reports";

    static final String SPAN = "resource leak";
    static final String PRESSURE_SPAN = "resource pressure";
    static final String EVENT = "leakguard.resource.leak";

    static final AttributeKey<String> KIND = AttributeKey.stringKey("leakguard.resource.kind");
    static final AttributeKey<String> CAUSE = AttributeKey.stringKey("leakguard.leak.cause");
    static final AttributeKey<String> SITE = AttributeKey.stringKey("leakguard.leak.site");
    static final AttributeKey<String> PATH = AttributeKey.stringKey("leakguard.leak.path");
    static final AttributeKey<String> DESCRIPTION = AttributeKey.stringKey("leakguard.resource.description");
    static final AttributeKey<String> SCOPE_NAME = AttributeKey.stringKey("leakguard.scope.name");
    static final AttributeKey<Long> OCCURRENCES = AttributeKey.longKey("leakguard.leak.occurrences");
    static final AttributeKey<Long> NEW_OCCURRENCES = AttributeKey.longKey("leakguard.leak.new_occurrences");
    static final AttributeKey<String> DROP_REASON = AttributeKey.stringKey("leakguard.drop.reason");

    static final AttributeKey<String> PRESSURE_AREA = AttributeKey.stringKey("leakguard.pressure.area");
    static final AttributeKey<String> PRESSURE_LEVEL = AttributeKey.stringKey("leakguard.pressure.level");
    static final AttributeKey<String> PRESSURE_SUMMARY = AttributeKey.stringKey("leakguard.pressure.summary");
    static final AttributeKey<String> PRESSURE_DETAILS = AttributeKey.stringKey("leakguard.pressure.details");
    static final AttributeKey<Long> PRESSURE_USED = AttributeKey.longKey("leakguard.pressure.used");
    static final AttributeKey<Long> PRESSURE_LIMIT = AttributeKey.longKey("leakguard.pressure.limit");
    static final AttributeKey<Double> PRESSURE_TIME_LEFT = AttributeKey.doubleKey("leakguard.pressure.time_left");

    static final AttributeKey<String> CODE_FUNCTION = AttributeKey.stringKey("code.function.name");
    static final AttributeKey<Long> CODE_LINE = AttributeKey.longKey("code.line.number");
    static final AttributeKey<String> CODE_STACK = AttributeKey.stringKey("code.stacktrace");
    static final AttributeKey<String> THREAD_NAME = AttributeKey.stringKey("thread.name");
    static final AttributeKey<Long> THREAD_ID = AttributeKey.longKey("thread.id");

    /** From older versions of the conventions. */
    static final AttributeKey<String> EVENT_NAME = AttributeKey.stringKey("event.name");

    /** Precedes the keys of scopes and context providers, so that none can be confused with another party's key. */
    static final String CONTEXT_PREFIX = "leakguard.context.";

    private Names() {}
}
