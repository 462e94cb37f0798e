package io.leakguard.watch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An address and a port. An IPv4 address is kept in its IPv6-mapped form, so that the same peer is the same in {@code tcp}
 * and {@code tcp6}.
 */
record Address(long high, long low, int port) {

    private static final long MAPPED = 0x0000_FFFF_0000_0000L;

    static Address of(InetAddress address, int port) {
        byte[] bytes = address.getAddress();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return bytes.length == 4
                ? new Address(0, MAPPED | (buffer.getInt() & 0xFFFF_FFFFL), port)
                : new Address(buffer.getLong(), buffer.getLong(), port);
    }

    static Address ofV4(int address, int port) {
        return new Address(0, MAPPED | (address & 0xFFFF_FFFFL), port);
    }

    // By hand: a look hashes each row of a table, and a record's own methods are slow until they are compiled.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Address a && low == a.low && port == a.port && high == a.high;
    }

    @Override
    public int hashCode() {
        return (Long.hashCode(high * 31 + low) * 31) + port;
    }

    boolean isV4() {
        return high == 0 && (low & 0xFFFF_FFFF_0000_0000L) == MAPPED;
    }

    /** {@code 10.0.0.7:5432} or {@code [2001:db8::7]:5432}. */
    String text() {
        return host() + ":" + port;
    }

    /** {@code 10.0.0.7} or {@code [2001:db8::7]}. */
    String host() {
        if (isV4()) {
            return (low >>> 24 & 0xFF) + "." + (low >>> 16 & 0xFF) + "." + (low >>> 8 & 0xFF) + "." + (low & 0xFF);
        }
        byte[] bytes = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        try {
            return "[" + InetAddress.getByAddress(bytes).getHostAddress() + "]";
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // thrown only for a wrong length
        }
    }
}
