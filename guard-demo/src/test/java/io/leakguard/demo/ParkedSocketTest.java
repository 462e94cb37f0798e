package io.leakguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's socket that is parked in a map: its opener's line is not where the bug is, and the map is named. */
class ParkedSocketTest {

    @Test
    void the_report_names_the_map_that_holds_it(@TempDir Path folder) throws Exception {
        List<LeakReport> reports = new CopyOnWriteArrayList<>();
        LeakListener listener = new LeakListener() {
            @Override
            public void onLeak(LeakReport report) {
                reports.add(report);
            }
        };
        try (LeakGuard guard = LeakGuard.builder()
                        .name("parked")
                        .heldBy(true)
                        .scopeGrace(Duration.ZERO)
                        .log(false)
                        .listener(listener)
                        .build();
                Peer peer = new Peer(guard);
                OrderJobs jobs =
                        new OrderJobs(guard, Bugs.in(true, OrderJobs.class, OrderDaemon.class), folder, peer)) {
            jobs.subscribe(new Event(8841, "subscribe", "acme", 0, "stay"));
            assertThat(guard.flush(Duration.ofMinutes(2))).isTrue();

            assertThat(reports).singleElement().satisfies(report -> {
                assertThat(report.cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
                assertThat(report.siteText()).startsWith("OrderJobs.subscribe(OrderJobs.java:");
                assertThat(report.heldBy()).isEqualTo("static OrderJobs.SUBSCRIBERS → [8841] → GuardedSocket");
            });
        } finally {
            for (Socket socket : OrderJobs.SUBSCRIBERS.values()) {
                socket.close();
            }
            OrderJobs.SUBSCRIBERS.clear();
        }
    }
}
