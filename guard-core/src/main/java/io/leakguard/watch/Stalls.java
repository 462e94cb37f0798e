package io.leakguard.watch;

import java.util.OptionalDouble;

/**
 * For how much of the last minute at least one task waited for something, as the kernel measures it (PSI, since Linux 4.20):
 * shares from 0 to 1, empty if unknown.
 *
 * @param cpu waited for a processor
 * @param memory waited for memory to be freed or read back: near the limit this rises before the kernel kills
 * @param io waited for a disk
 * @param ofGroup whether the control group is told of; else the whole machine
 */
public record Stalls(OptionalDouble cpu, OptionalDouble memory, OptionalDouble io, boolean ofGroup) {

    static final Stalls UNKNOWN =
            new Stalls(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), false);

    /**
     * Reads them now, also without a watch.
     *
     * @return the shares of the last minute; unknown where the kernel doesn't tell
     */
    public static Stalls read() {
        return new StallReader(ProcFs.SELF).read();
    }
}
