package io.leakguard.watch;

import org.jspecify.annotations.Nullable;

/** The ports that the kernel gives to outgoing connections. */
record PortRange(int low, int high, int reserved) {

    /** The duration of TIME_WAIT, a constant of the kernel. */
    static final int TIME_WAIT_SECONDS = 60;

    /** The range; null if unknown. */
    static @Nullable PortRange read(ProcFs proc) {
        return parse(
                proc.read("proc/sys/net/ipv4/ip_local_port_range"),
                proc.read("proc/sys/net/ipv4/ip_local_reserved_ports"));
    }

    static @Nullable PortRange parse(@Nullable String range, @Nullable String reservedPorts) {
        if (range == null) {
            return null;
        }
        String[] ends = range.strip().split("\\s+", -1);
        try {
            int low = Integer.parseInt(ends[0]);
            int high = Integer.parseInt(ends[1]);
            if (low < 0 || high > 65_535 || low > high) {
                return null;
            }
            return new PortRange(low, high, reserved(reservedPorts, low, high));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return null;
        }
    }

    /** The number of ports of {@code 8080,9000-9010} that lie in the range. */
    private static int reserved(@Nullable String text, int low, int high) {
        int n = 0;
        if (text == null || text.isBlank()) {
            return 0;
        }
        for (String part : text.strip().split(",", -1)) {
            String[] ends = part.strip().split("-", 2);
            int from = Integer.parseInt(ends[0].strip());
            int to = Integer.parseInt(ends[ends.length - 1].strip());
            n += Math.max(0, Math.min(to, high) - Math.max(from, low) + 1);
        }
        return n;
    }

    /** The number of ports for each pair of source address and destination. */
    int ports() {
        return high - low + 1 - reserved;
    }

    boolean contains(int port) {
        return port >= low && port <= high;
    }

    /** New connections a second to one destination that this range can sustain if this side closes them. */
    long sustainablePerSecond() {
        return ports() / TIME_WAIT_SECONDS;
    }
}
