package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.ResourceProbe;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReclaimTest {

    @TempDir
    Path dir;

    @SuppressWarnings("UnusedVariable") // held, as every handle does
    private static final class Handle {
        final AutoCloseable delegate;
        final LeakTracker tracker;

        Handle(LeakGuard guard, AutoCloseable delegate) {
            this.delegate = delegate;
            this.tracker = guard.track(this, ResourceKind.FILE_CHANNEL, "reclaimed", null, delegate);
        }
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(dir.resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static LeakGuard guard(Recorder recorder, boolean reclaim) {
        return LeakGuard.builder()
                .listener(recorder)
                .reclaim(reclaim)
                .reportInterval(Duration.ZERO)
                .log(false)
                .build();
    }

    @Test
    void the_delegate_of_a_collected_handle_is_closed_and_the_report_says_so() throws Exception {
        Recorder recorder = new Recorder();
        FileChannel channel = open();
        try (LeakGuard guard = guard(recorder, true)) {
            new Handle(guard, channel);
            Gc.until(() -> !recorder.reports.isEmpty());
            assertThat(channel.isOpen()).isFalse();
            assertThat(recorder.reports.get(0).outcome()).isEqualTo("reclaimed: the guard closed it");
            assertThat(guard.stats().leaked()).isEqualTo(1);
        }
    }

    @Test
    void without_reclaim_the_delegate_stays_as_it_is() throws Exception {
        Recorder recorder = new Recorder();
        try (FileChannel channel = open();
                LeakGuard guard = guard(recorder, false)) {
            new Handle(guard, channel);
            Gc.until(() -> !recorder.reports.isEmpty());
            assertThat(channel.isOpen()).isTrue();
            assertThat(recorder.reports.get(0).outcome()).isEqualTo("after GC: the JDK closes it");
        }
    }

    @Test
    void what_was_closed_behind_its_handle_is_no_leak() throws Exception {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = guard(recorder, true)) {
            FileChannel channel = open();
            new Handle(guard, channel);
            channel.close();
            Gc.settle(guard);
            assertThat(recorder.reports).isEmpty();
            assertThat(guard.stats().of(ResourceKind.FILE_CHANNEL).closed()).isEqualTo(1);
            assertThat(guard.stats().of(ResourceKind.FILE_CHANNEL).leaked()).isZero();
        }
    }

    @Test
    void a_delegate_that_fails_to_close_is_said_and_thrown_to_nobody() {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = guard(recorder, true)) {
            new Handle(guard, () -> {
                throw new IOException("disk gone");
            });
            Gc.until(() -> !recorder.reports.isEmpty());
            assertThat(recorder.reports.get(0).outcome()).isEqualTo("reclaim failed: java.io.IOException: disk gone");
            assertThat(guard.stats().internalErrors()).isZero();
        }
    }

    @Test
    void each_delegate_is_closed_once_also_when_guard_and_gc_meet() {
        Recorder recorder = new Recorder();
        AtomicInteger closes = new AtomicInteger();
        try (LeakGuard guard = guard(recorder, true)) {
            for (int i = 0; i < 500; i++) {
                new Handle(guard, closes::incrementAndGet);
            }
            Gc.until(() -> closes.get() == 500);
            Gc.settle(guard);
        }
        assertThat(closes.get()).isEqualTo(500);
        assertThat(recorder.reports).hasSize(500);
    }

    @Test
    void a_probe_that_fails_counts_as_open() {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = guard(recorder, false)) {
            new Handle(guard, new ResourceProbe() {
                @Override
                public boolean isOpen() throws IOException {
                    throw new IOException("no answer");
                }

                @Override
                public void close() {}
            });
            Gc.until(() -> !recorder.reports.isEmpty());
        }
    }
}
