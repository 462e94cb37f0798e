package com.acme;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.leakguard.LeakGuard;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A daemon with a heap of a given size, as daemons fill it: maps, texts, numbers and buffers; it parks 50 streams. */
public final class Fills {

    /** An order. */
    record Order(String id, long amount, Map<String, String> attributes) {}

    static final Map<String, List<InputStream>> REGISTRY = new HashMap<>();
    static final List<Object> ORDERS = new ArrayList<>();

    private Fills() {}

    public static void main(String[] args) throws Exception {
        LeakGuard guard = LeakGuard.create();
        for (int i = 0; i < 50; i++) {
            REGISTRY.computeIfAbsent("t" + i % 5, t -> new ArrayList<>())
                    .add(guard.wrap(new ByteArrayInputStream(new byte[1])));
        }
        guard.open(); // reads the stacks
        long goal = Long.parseLong(args[0]) << 20;
        Random random = new Random(25);
        long filled = 0;
        while (filled < goal) {
            Map<String, String> attributes = new HashMap<>();
            for (int k = 0; k < 4; k++) {
                attributes.put("key" + k, "value" + random.nextInt());
            }
            ORDERS.add(new Order("o" + filled, filled, attributes));
            ORDERS.add(new byte[200]);
            filled += 1_100; // what this takes, with compressed references
        }
        long begin = System.nanoTime();
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(args[1], true);
        System.out.println("heap of "
                + (ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20) + " MB, dump in "
                + (System.nanoTime() - begin) / 1_000_000 + " ms");
        System.exit(0);
    }
}
