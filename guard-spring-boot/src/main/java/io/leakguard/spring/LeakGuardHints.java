package io.leakguard.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/** Hints for a native image: the page's files, the field that {@link PoolField} sets, the early listener. */
final class LeakGuardHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
        hints.resources().registerPattern("io/leakguard/report/*");
        hints.resources().registerPattern("io/leakguard/telemetry/version.properties");
        hints.reflection()
                .registerTypeIfPresent(loader, "com.zaxxer.hikari.HikariDataSource", hint -> hint.withField("pool"));
        hints.reflection()
                .registerType(
                        TypeReference.of(EarlyGuard.class),
                        hint -> hint.withConstructor(java.util.List.of(), ExecutableMode.INVOKE));
        hints.reflection().registerType(TypeReference.of(LeaksEndpoint.class), MemberCategory.INVOKE_DECLARED_METHODS);
    }
}
