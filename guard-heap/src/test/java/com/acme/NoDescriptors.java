package com.acme;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Opens files until there are no descriptors left, and then leaks one more resource. */
public final class NoDescriptors {

    static final List<InputStream> OPEN = new ArrayList<>();

    private NoDescriptors() {}

    public static void main(String[] args) throws IOException {
        LeakListener listener = new LeakListener() {
            @Override
            public void onLeak(LeakReport report) {
                System.out.println("reported " + report.cause() + ", held by '" + report.heldBy() + "'");
            }
        };
        LeakGuard guard = LeakGuard.builder()
                .heldBy(true)
                .scopeGrace(Duration.ZERO)
                .log(false)
                .listener(listener)
                .build();
        try (LeakScope scope = guard.openScope("event")) {
            OPEN.add(guard.wrap(InputStream.nullInputStream(), "the last one"));
            takeAll(args[0]);
        }
        guard.flush(Duration.ofMinutes(1));
        System.exit(0);
    }

    private static void takeAll(String file) {
        try {
            while (true) {
                OPEN.add(new FileInputStream(file));
            }
        } catch (IOException e) {
            System.out.println("no descriptor is left");
        }
    }
}
