package io.leakguard.watch;

import java.util.OptionalDouble;

/**
 * The share of the last minute in which at least one task waited for a resource, as the kernel measures it (PSI, since
 * Linux 4.20). From 0 to 1; empty if unknown.
 *
 * @param cpu for a processor
 * @param memory for memory to be freed or read back; near the limit this rises before the kernel kills
 * @param io for a disk
 * @param ofGroup true for the control group, false for the whole machine
 */
public record Stalls(OptionalDouble cpu, OptionalDouble memory, OptionalDouble io, boolean ofGroup) {

    static final Stalls UNKNOWN =
            new Stalls(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), false);

    /**
     * Reads the present shares, also without a watch.
     *
     * @return the shares of the last minute; unknown where the kernel doesn't provide them
     */
    public static Stalls read() {
        return new StallReader(ProcFs.SELF).read();
    }
}
