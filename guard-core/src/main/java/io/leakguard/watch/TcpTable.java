package io.leakguard.watch;

import java.nio.ByteOrder;

/** Reads the lines of {@code /proc/net/tcp} and {@code tcp6}. Fields count from 0: 1 local, 2 remote, 3 state, 4 queues, 9 inode. */
final class TcpTable {

    /** A socket of the table. {@code inode} is 0 in TIME_WAIT; {@code receiveQueue} of a listener is its accept queue. */
    record Row(TcpState state, Address local, Address remote, long sendQueue, long receiveQueue, long inode) {}

    interface RowReader {
        void row(Row row);
    }

    /** The value of each hexadecimal digit; -1 for other characters. */
    private static final byte[] HEX = hexDigits();

    private TcpTable() {}

    private static byte[] hexDigits() {
        byte[] digits = new byte[256];
        for (int c = 0; c < digits.length; c++) {
            digits[c] = (byte) (c < 128 ? Character.digit(c, 16) : -1);
        }
        return digits;
    }

    /** Passes each row on. False if the file is unknown. Skips lines that describe no socket, such as the first. */
    static boolean read(KeptFile file, RowReader reader) {
        return read(file, reader, ByteOrder.nativeOrder());
    }

    static boolean read(KeptFile file, RowReader reader, ByteOrder order) {
        Parser parser = new Parser(order);
        return file.lines((bytes, from, to) -> {
            Row row = parser.parse(bytes, from, to);
            if (row != null) {
                reader.row(row);
            }
        });
    }

    private static final class Parser {
        private final boolean swap;
        private byte[] bytes = {};
        private int at;
        private int end;
        private boolean bad;

        Parser(ByteOrder order) {
            this.swap = order == ByteOrder.LITTLE_ENDIAN;
        }

        @org.jspecify.annotations.Nullable
        Row parse(byte[] line, int from, int to) {
            bytes = line;
            at = from;
            end = to;
            bad = false;
            skipField(); // sl
            Address local = address();
            Address remote = address();
            long state = hex(field());
            int queues = field();
            long send = hex(queues);
            at++; // the colon
            long receive = hex(at);
            endField();
            for (int i = 5; i < 9; i++) {
                skipField();
            }
            field();
            long inode = decimal();
            return bad ? null : new Row(TcpState.of((int) state), local, remote, send, receive, inode);
        }

        /** Goes to the next field's start. */
        private int field() {
            while (at < end && bytes[at] == ' ') {
                at++;
            }
            return at;
        }

        private void endField() {
            while (at < end && bytes[at] != ' ') {
                at++;
            }
        }

        private void skipField() {
            field();
            endField();
        }

        private long hex(int from) {
            at = from;
            long value = 0;
            while (at < end) {
                int digit = HEX[bytes[at] & 0xFF];
                if (digit < 0) {
                    break;
                }
                value = (value << 4) | digit;
                at++;
            }
            bad |= at == from;
            return value;
        }

        private long decimal() {
            long value = 0;
            int from = at;
            while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
                value = value * 10 + bytes[at] - '0';
                at++;
            }
            bad |= at == from;
            return value;
        }

        /** The kernel prints each 32-bit word of an address in the machine's own order. */
        private int word(int from) {
            int value = 0;
            for (int i = from; i < from + 8; i++) {
                int digit = i < end ? HEX[bytes[i] & 0xFF] : -1;
                bad |= digit < 0;
                value = (value << 4) | (digit & 0xF);
            }
            return swap ? Integer.reverseBytes(value) : value;
        }

        private Address address() {
            int from = field();
            int colon = from;
            while (colon < end && bytes[colon] != ':') {
                colon++;
            }
            Address address = new Address(0, 0, 0);
            if (colon - from == 8) {
                int v4 = word(from);
                address = Address.ofV4(v4, (int) hex(colon + 1));
            } else if (colon - from == 32) {
                long high = ((long) word(from) << 32) | (word(from + 8) & 0xFFFF_FFFFL);
                long low = ((long) word(from + 16) << 32) | (word(from + 24) & 0xFFFF_FFFFL);
                address = new Address(high, low, (int) hex(colon + 1));
            } else {
                bad = true;
            }
            endField();
            return address;
        }
    }
}
