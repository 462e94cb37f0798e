package io.leakguard.fuzz;

/** A fuzzer's input, taken piece by piece: fragments that matter to the parser, and anything else. Never runs out. */
public final class Bytes {

    private static final char[] SPECIAL = {
        0, '\t', '\n', '\r', ' ', '"', '#', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/', ':', ';', '<', '=',
        '>', '?', '@', '[', '\\', ']', '{', '|', '}', '~', 0x7f, 0x85, 0xa0, 0x2028, 0x202e, 0xd800, 0xdc00, 0xfeff,
        0xffff
    };

    private final byte[] data;
    private int at;

    public Bytes(byte[] data) {
        this.data = data;
    }

    public int left() {
        return data.length - at;
    }

    public int next() {
        return at < data.length ? data[at++] & 0xff : 0;
    }

    public boolean yes() {
        return (next() & 1) == 1;
    }

    /** From 0 to {@code bound - 1}. */
    public int below(int bound) {
        return bound <= 256 ? next() % bound : ((next() << 8) | next()) % bound;
    }

    public String pick(String... of) {
        return of[below(of.length)];
    }

    /** Mostly made of the fragments given, with other characters between them. */
    public String text(int pieces, String... fragments) {
        StringBuilder out = new StringBuilder();
        int n = below(pieces + 1);
        for (int i = 0; i < n && left() > 0; i++) {
            int how = next();
            if (how < 140 && fragments.length > 0) {
                out.append(fragments[below(fragments.length)]);
            } else if (how < 180) {
                out.append((char) (' ' + below(95)));
            } else if (how < 220) {
                out.append(SPECIAL[below(SPECIAL.length)]);
            } else if (how < 240) {
                out.append(next() * 16_777_619L * next());
            } else if (how < 250) {
                out.append((char) ((next() << 8) | next()));
            } else {
                out.append(String.valueOf((char) (' ' + below(95))).repeat(below(2_000)));
            }
        }
        return out.toString();
    }

    /** The rest, unchanged. */
    public byte[] rest() {
        byte[] rest = java.util.Arrays.copyOfRange(data, Math.min(at, data.length), data.length);
        at = data.length;
        return rest;
    }
}
