package io.leakguard;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds what the application knows of the moment in which a resource was opened (tenant, job, user) to the reports.
 *
 * <p>{@link #capture()} runs for every resource that is tracked, on the thread that opens it: it must be quick, must not
 * block, and must return something small that leads neither to the resource nor to a request. {@link #describe} runs on
 * the reporter's thread, only for what is reported. Whatever either throws is counted in {@link
 * GuardStats#listenerFailures()} and goes no further. A resource that is opened within {@code capture()} is tracked
 * without a context.
 *
 * {@snippet :
 * final class TenantContext implements ContextProvider {
 *     @Override
 *     public @Nullable Object capture() {
 *         return Tenant.current(); // a string, or null outside of a request
 *     }
 *
 *     @Override
 *     public Map<String, String> describe(Object captured) {
 *         return Map.of("tenant", (String) captured);
 *     }
 * }
 * LeakGuard guard = LeakGuard.builder().context(new TenantContext()).build();
 * }
 *
 * @see LeakGuardBuilder#mdc(String...) the built-in one, for SLF4J's MDC
 */
public interface ContextProvider {

    /**
     * Takes what {@link #describe} will need, on the thread that opens a resource.
     *
     * @return something small; {@code null} if there is nothing to tell
     */
    @Nullable
    Object capture();

    /**
     * Puts into words what was captured.
     *
     * @param captured what {@link #capture()} returned
     * @return attributes for the report, of which at most 16 are kept; an attribute of the resource's scope wins over one
     *     of the same key here
     */
    Map<String, String> describe(Object captured);
}
