package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.report.HtmlReport;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * {@code /actuator/leaks}: leaks and open resources as JSON, or as the page for requests that accept {@code text/html}.
 */
@WebEndpoint(id = "leaks", defaultAccess = Access.READ_ONLY)
final class LeaksEndpoint implements AutoCloseable {

    private final LeakGuard guard;
    private final HtmlReport.Recorder recorder;

    LeaksEndpoint(LeakGuard guard) {
        this.guard = guard;
        this.recorder = HtmlReport.Recorder.start(guard);
    }

    @ReadOperation(producesFrom = LeaksFormat.class)
    WebEndpointResponse<Object> leaks(LeaksFormat format) {
        Object body = format == LeaksFormat.HTML
                ? HtmlReport.builder(guard).recorder(recorder).build().toHtml()
                : LeaksJson.of(guard);
        return new WebEndpointResponse<>(body, format);
    }

    @Override
    public void close() {
        recorder.close();
    }
}
