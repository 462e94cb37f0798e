package io.leakguard;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds facts of the application about the moment in which a resource was opened (tenant, job, user) to the reports.
 *
 * <p>{@link #capture()} runs for every tracked resource, on the thread that opens it: it must be quick, must not block,
 * and must return a small object that references neither the resource nor a request. {@link #describe} runs on the
 * reporter's thread, only for reported resources. Exceptions of both are counted in
 * {@link GuardStats#listenerFailures()} and go no further. A resource that is opened within {@code capture()} is
 * tracked without a context.
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
     * Captures the facts that {@link #describe} will need, on the thread that opens a resource.
     *
     * @return a small object; {@code null} if there is nothing to add
     */
    @Nullable
    Object capture();

    /**
     * Turns the captured object into text.
     *
     * @param captured the result of {@link #capture()}
     * @return attributes for the report, of which at most 16 are kept; an attribute of the resource's scope wins over
     *     one with the same key here
     */
    Map<String, String> describe(Object captured);
}
