package com.acme;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** A program without a guard: writes a dump of itself, or waits for somebody who asks it for one. */
public final class Plain {

    private Plain() {}

    public static void main(String[] args) throws IOException {
        if (args.length == 0) {
            System.out.println("ready");
            System.in.read();
        } else {
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(args[0], true);
        }
    }
}
