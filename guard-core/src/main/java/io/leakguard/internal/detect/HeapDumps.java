package io.leakguard.internal.detect;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.leakguard.internal.base.Text;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes heap dumps of this process, if it can bear one. */
final class HeapDumps {

    /** The dump's file, pipes to the process that reads, and some more. */
    private static final int DESCRIPTORS = 32;

    private static final String NONE = "leakguard.held.by is true, but this Java makes no heap dumps: use one with the"
            + " module jdk.management, or set leakguard.held.by=false (";

    private final Path folder;
    private final long maxHeapBytes;

    HeapDumps(Path folder, long maxHeapBytes) {
        this.folder = folder;
        this.maxHeapBytes = maxHeapBytes;
    }

    /**
     * Loads all that a dump needs. When one is wanted, there may be no descriptor left to load it with.
     *
     * @throws IllegalArgumentException if this Java makes no dumps
     */
    void prepare() {
        try {
            refusal();
            if (ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class) != null) {
                return;
            }
        } catch (LinkageError e) {
            throw new IllegalArgumentException(NONE + e + ")", e);
        }
        throw new IllegalArgumentException(NONE + "it has no diagnostic bean)");
    }

    Path folder() {
        return folder;
    }

    /**
     * Tells why no dump may be made now.
     *
     * @return the reason in words; empty if one may
     */
    String refusal() {
        long left = descriptorsLeft();
        if (left < DESCRIPTORS) {
            return left <= 0 ? "no descriptor is left" : "only " + Text.count(left, "descriptor") + " left";
        }
        long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        if (used > maxHeapBytes) {
            return "the heap has " + Text.bytes(used) + ", and leakguard.heap.dump.max is " + Text.bytes(maxHeapBytes);
        }
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            return folder + " is no folder that this process can write to; set leakguard.heap.dump.folder to one";
        }
        long free = new File(folder.toString()).getUsableSpace();
        // A dump has 8 bytes for each reference, and the heap mostly 4.
        if (free < used + used / 2) {
            return folder + " has " + Text.bytes(free) + " free, and the heap " + Text.bytes(used)
                    + "; set leakguard.heap.dump.folder to another folder";
        }
        return "";
    }

    private static long descriptorsLeft() {
        try {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os
                    ? os.getMaxFileDescriptorCount() - os.getOpenFileDescriptorCount()
                    : Long.MAX_VALUE;
        } catch (InternalError e) {
            return 0; // the count itself takes one
        }
    }

    /** Writes a dump of the live objects. The caller removes the file, also if this throws. */
    void write(Path file) throws IOException {
        HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (bean == null) {
            throw new IOException("this JVM makes no heap dumps");
        }
        bean.dumpHeap(file.toString(), true);
    }

    Path newFile() {
        return folder.resolve("leakguard-" + ProcessHandle.current().pid() + "-"
                        + Long.toUnsignedString(System.nanoTime(), Character.MAX_RADIX) + ".hprof")
                .toAbsolutePath();
    }
}
