package com.acme;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Puts another guard into the place of the process-wide one for a while, as test runs within test runs do. */
public final class ChangesGuards {

    private static final List<Object> HELD = new ArrayList<>();

    private ChangesGuards() {}

    public static void main(String[] args) throws IOException {
        LeakGuard outer = guard("outer");
        LeakGuard inner = guard("inner");
        LeakGuard.setGlobal(outer);
        LeakScope scope = outer.openScope("work");
        FileInputStream closedMeanwhile = new FileInputStream("/etc/hosts");
        HELD.add(new FileInputStream("/etc/hosts"));
        HELD.add(ByteBuffer.allocateDirect(10));
        LeakGuard.setGlobal(inner);
        closedMeanwhile.close();
        FileInputStream closedLater;
        try (LeakScope other = inner.openScope("other work")) {
            closedLater = new FileInputStream("/etc/hosts");
            closedLater.close();
            HELD.add(new FileInputStream("/etc/hostname"));
        }
        LeakGuard.setGlobal(outer);
        scope.close();
        System.out.println("flushed " + (outer.flush(Duration.ofSeconds(30)) && inner.flush(Duration.ofSeconds(30))));
        System.exit(0);
    }

    private static LeakGuard guard(String name) {
        return LeakGuard.builder()
                .name(name)
                .scopeGrace(Duration.ZERO)
                .reportInterval(Duration.ZERO)
                .log(false)
                .listener(new LeakListener() {
                    @Override
                    public void onLeak(LeakReport report) {
                        System.out.println("leak of " + name + ": " + report.kind() + " " + report.description() + " "
                                + report.cause() + " " + report.scopes());
                    }
                })
                .build();
    }
}
