package io.leakguard.report;

import io.leakguard.internal.base.Text;
import io.leakguard.watch.FileDescriptors;
import io.leakguard.watch.FileUse;
import io.leakguard.watch.ProcessMemory;
import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.Stalls;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The usage of this process, and its limits. */
final class ProcessLimits {

    private ProcessLimits() {}

    static HtmlReport.Limit descriptors() {
        FileDescriptors descriptors = FileDescriptors.ofThisProcess();
        return new HtmlReport.Limit("file descriptors", descriptors.used(), descriptors.limit(), "");
    }

    static HtmlReport.Limit heap() {
        Runtime runtime = Runtime.getRuntime();
        return new HtmlReport.Limit(
                "heap",
                OptionalLong.of((runtime.totalMemory() - runtime.freeMemory()) >> 20),
                OptionalLong.of(runtime.maxMemory() >> 20),
                "MiB");
    }

    /** Memory, swap and stalls as the kernel counts them; a row that the platform doesn't tell is missing. */
    static List<HtmlReport.Limit> memory() {
        List<HtmlReport.Limit> rows = new ArrayList<>();
        ProcessMemory memory = ProcessMemory.read();
        if (memory.used().isPresent()) {
            rows.add(new HtmlReport.Limit(
                    memory.limitedByGroup() ? "memory of the container" : "process memory",
                    mebibytes(memory.used()),
                    mebibytes(memory.limit()),
                    "MiB"));
        }
        if (memory.swapUsed().isPresent()) {
            rows.add(new HtmlReport.Limit("swap", mebibytes(memory.swapUsed()), mebibytes(memory.swapLimit()), "MiB"));
        }
        Stalls stalls = Stalls.read();
        stall(rows, "waiting for memory", stalls.memory());
        stall(rows, "waiting for a processor", stalls.cpu());
        stall(rows, "waiting for a disk", stalls.io());
        return rows;
    }

    private static OptionalLong mebibytes(OptionalLong bytes) {
        return bytes.isEmpty() || bytes.getAsLong() == Long.MAX_VALUE
                ? OptionalLong.empty()
                : OptionalLong.of(bytes.getAsLong() >> 20);
    }

    private static void stall(List<HtmlReport.Limit> rows, String name, OptionalDouble share) {
        if (share.isPresent()) {
            rows.add(new HtmlReport.Limit(
                    name + ", of the last minute",
                    OptionalLong.of(Math.round(60 * share.getAsDouble())),
                    OptionalLong.of(60),
                    "s"));
        }
    }

    /** The parts of the process's memory, and the files on disk that a watch knows of. */
    static List<HtmlReport.Section> sections(ResourceWatch.Status status) {
        List<HtmlReport.Section> sections = new ArrayList<>();
        ProcessMemory memory = status.memory();
        if (!memory.parts().isEmpty()) {
            String left = memory.timeLeft()
                    .map(time -> " Time left at the present rate: " + Text.duration(time) + ".")
                    .orElse("");
            sections.add(new HtmlReport.Section(
                    "Process memory",
                    (memory.limitedByGroup() ? "The limit is the container's." : "No container limits it.")
                            + left
                            + (memory.oomKills().orElse(0) > 0
                                    ? " The kernel has killed "
                                            + memory.oomKills().getAsLong() + " of the container's processes so far."
                                    : ""),
                    List.of("part", "MiB"),
                    memory.parts().entrySet().stream()
                            .map(e -> List.of(e.getKey().text(), Long.toString(e.getValue() >> 20)))
                            .toList()));
        }
        List<List<String>> files = new ArrayList<>();
        status.deletedFiles().ifPresent(use -> files.add(row("deleted and still open", use)));
        status.temporaryFiles().ifPresent(use -> files.add(row("temporary, made and left", use)));
        if (!files.isEmpty()) {
            sections.add(new HtmlReport.Section("Files that take disk", "", List.of("files", "number", "MiB"), files));
        }
        return sections;
    }

    private static List<String> row(String name, FileUse use) {
        return List.of(name, Long.toString(use.files()), Long.toString(use.bytes() >> 20));
    }
}
