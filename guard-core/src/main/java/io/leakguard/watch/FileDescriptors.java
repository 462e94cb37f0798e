package io.leakguard.watch;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says how many file descriptors this process has open and how many it may have.
 *
 * <p>On Linux 6.2 and newer the count is one {@code stat} of {@code /proc/self/fd}. It takes about 2.5 µs for any
 * count, opens no descriptor, and works when none is left. Elsewhere the JDK's bean counts. If that fails because no
 * descriptor is left, the numbers are tried one by one. An unknown value is empty, never 0. Thread-safe.
 *
 * {@snippet :
 * FileDescriptors descriptors = FileDescriptors.ofThisProcess();
 * descriptors.utilization().ifPresent(share -> gauge.set(share));
 * }
 */
public final class FileDescriptors {

    private static final int MAX_PROBED = 100_000;
    private static final long LIMIT_FRESH_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long KEPT_LIMIT_FRESH_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** When as many were seen as were counted, this many holes in a row mean the end. */
    private static final int HOLES_AT_END = 64;

    private static final class Self {
        static final FileDescriptors INSTANCE =
                new FileDescriptors(ProcFs.SELF, Beans::openDescriptors, Beans::maxDescriptors);
    }

    /** Gets a descriptor's number and its target, as {@code readlink} shows it. */
    interface Visitor {
        void descriptor(int number, String link);
    }

    private final ProcFs proc;
    private final Path folder;
    private final Supplier<OptionalLong> beanCount;
    private final Supplier<OptionalLong> beanLimit;
    private final boolean byStat;

    /**
     * Kept open so that a limit that was lowered below the count can be read. Null if it is opened for each reading.
     */
    private final @Nullable KeptFile limitsFile;

    private volatile @Nullable Limit limit;

    private record Limit(OptionalLong value, long readAt) {}

    FileDescriptors(ProcFs proc, Supplier<OptionalLong> beanCount, Supplier<OptionalLong> beanLimit) {
        this(proc, beanCount, beanLimit, null);
    }

    private FileDescriptors(
            ProcFs proc,
            Supplier<OptionalLong> beanCount,
            Supplier<OptionalLong> beanLimit,
            @Nullable KeptFile limitsFile) {
        this.limitsFile = limitsFile;
        this.proc = proc;
        this.folder = proc.ofProcess("fd");
        this.beanCount = beanCount;
        this.beanLimit = beanLimit;
        this.byStat = sizeIsCount();
        limit(); // while a descriptor is left to read it
    }

    /**
     * Returns the reader for this process.
     *
     * @return the reader
     */
    public static FileDescriptors ofThisProcess() {
        return Self.INSTANCE;
    }

    /** Keeps the file of the limits open until it is closed. */
    static FileDescriptors watching(ProcFs proc) {
        return new FileDescriptors(
                proc,
                proc.isSelf() ? Beans::openDescriptors : OptionalLong::empty,
                proc.isSelf() ? Beans::maxDescriptors : OptionalLong::empty,
                KeptFile.open(proc.ofProcess("limits")));
    }

    void close() {
        KeptFile file = limitsFile;
        if (file != null) {
            file.close();
        }
    }

    static FileDescriptors of(ProcFs proc) {
        return proc.isSelf() ? Self.INSTANCE : new FileDescriptors(proc, OptionalLong::empty, OptionalLong::empty);
    }

    /**
     * Kernels before 6.2 return 0, and other file systems return other values. The size counts only if it agrees with a
     * listing.
     */
    private boolean sizeIsCount() {
        for (int attempt = 0; attempt < 3; attempt++) {
            long size = proc.sizeOf(folder);
            if (size <= 0) {
                return false;
            }
            long listed = ProcFs.entries(folder);
            if (listed < 0) {
                return kernelTells();
            }
            if (Math.abs(size - listed) <= Math.max(4, listed / 50)) {
                return true;
            }
        }
        return false;
    }

    private boolean kernelTells() {
        String release = proc.read("proc/sys/kernel/osrelease");
        if (release == null) {
            return false;
        }
        String[] parts = release.split("[^0-9]+", 3);
        try {
            int major = Integer.parseInt(parts[0]);
            return major > 6 || (major == 6 && Integer.parseInt(parts[1]) >= 2);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return false;
        }
    }

    /**
     * Returns how many descriptors are open.
     *
     * @return the count; empty if unknown
     */
    public OptionalLong used() {
        if (byStat) {
            long size = proc.sizeOf(folder);
            if (size > 0) {
                return OptionalLong.of(size);
            }
        }
        OptionalLong told = beanCount.get();
        if (told.isPresent()) {
            return told;
        }
        long listed = ProcFs.entries(folder);
        if (listed > 0) {
            return OptionalLong.of(proc.isSelf() ? listed - 1 : listed);
        }
        return probed();
    }

    /** Counts by looking at each number, which needs no descriptor. */
    private OptionalLong probed() {
        OptionalLong max = limit();
        if (max.isEmpty() || max.getAsLong() > MAX_PROBED || !(exists(0) || exists(1) || exists(2))) {
            return OptionalLong.empty();
        }
        long n = 0;
        for (int i = 0; i < max.getAsLong(); i++) {
            if (exists(i)) {
                n++;
            }
        }
        return OptionalLong.of(n);
    }

    private boolean exists(int number) {
        return Files.exists(folder.resolve(Integer.toString(number)), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Returns how many descriptors may be open: the soft limit, which HotSpot raises to the hard one when it starts. It
     * is read again once a minute, and by a watch each 2 seconds.
     *
     * @return the limit; empty if unknown
     */
    public OptionalLong limit() {
        long now = System.nanoTime();
        Limit known = limit;
        KeptFile file = limitsFile;
        long fresh = file == null ? LIMIT_FRESH_NANOS : KEPT_LIMIT_FRESH_NANOS;
        if (known != null && now - known.readAt < fresh) {
            return known.value;
        }
        String text = file == null ? null : file.text();
        OptionalLong value = Limits.parse(text != null ? text : proc.read(proc.ofProcess("limits")), "Max open files")
                .soft();
        if (value.isEmpty()) {
            value = beanLimit.get();
        }
        if (value.isEmpty() && known != null) {
            value = known.value; // no descriptor is left to read it: keep the last value
        }
        limit = new Limit(value, now);
        return value;
    }

    /**
     * Returns the share of the limit that is used.
     *
     * @return 0 to 1; empty if count or limit is unknown
     */
    public OptionalDouble utilization() {
        OptionalLong used = used();
        OptionalLong max = limit();
        return used.isPresent() && max.isPresent() && max.getAsLong() > 0
                ? OptionalDouble.of((double) used.getAsLong() / max.getAsLong())
                : OptionalDouble.empty();
    }

    /** Whether the count costs microseconds and opens nothing. */
    boolean isCheap() {
        return byStat;
    }

    /**
     * Passes each descriptor's target, number by number, since listing the folder would need a descriptor.
     *
     * @param first the number to begin with
     * @param stride 1 for each, 2 for each second one…
     * @param max the largest number of descriptors to look at
     * @param visitor gets each descriptor
     * @return the number to go on with; -1 if the end was reached
     */
    int visit(int first, int stride, int max, long count, Visitor visitor, IntConsumer looked) {
        int seen = 0;
        int misses = 0;
        int number = first;
        // Numbers are given lowest first, so the table has few holes, and many of them mean the end. A limit is no end:
        // it may have been lowered since.
        long missesAllowed = Math.max(1_024, count);
        long all = first == 0 && stride == 1 ? count : Long.MAX_VALUE;
        int holes = 0;
        for (; number >= 0 && seen < max && misses < missesAllowed; number += stride) {
            String link = ProcFs.link(folder.resolve(Integer.toString(number)));
            if (link == null) {
                misses++;
                if (++holes >= HOLES_AT_END && seen >= all) {
                    break;
                }
            } else {
                holes = 0;
                seen++;
                visitor.descriptor(number, link);
            }
        }
        looked.accept(seen);
        return number >= 0 && seen == max ? number : -1;
    }
}
