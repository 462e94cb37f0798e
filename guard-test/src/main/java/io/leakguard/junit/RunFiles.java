package io.leakguard.junit;

import io.leakguard.LeakGuard;
import io.leakguard.report.HtmlReport;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The files of a build. Each run adds its part to the folder {@code runs} and merges all parts into {@code leaks.html},
 * {@code leaks.json} and {@code leaks.txt}, one run at a time.
 */
final class RunFiles {

    private static final long LOCK_NANOS = 30_000_000_000L;

    private final Path folder;

    RunFiles(Path folder) {
        this.folder = folder;
    }

    /** Adds a run and its page. Returns the findings of all runs of the build up to now. */
    MergedRuns add(RunPart part, HtmlReport page) throws IOException {
        Path runs = Files.createDirectories(folder.resolve("runs"));
        try (FileChannel channel =
                        FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(channel)) {
            if (lock == null) {
                throw new IOException("another JVM has held its lock for too long");
            }
            part.write(runs);
            page.writeTo(runs.resolve(part.id + ".html"));
            MergedRuns merged = new MergedRuns(partsOfBuild(runs, part));
            Files.writeString(folder.resolve("leaks.json"), merged.json());
            Files.writeString(folder.resolve("leaks.txt"), merged.text());
            if (merged.parts().size() == 1) {
                Files.copy(
                        runs.resolve(part.id + ".html"),
                        folder.resolve("leaks.html"),
                        StandardCopyOption.REPLACE_EXISTING);
            } else {
                page(merged).writeTo(folder.resolve("leaks.html"));
            }
            return merged;
        }
    }

    /** One at a time, also within this JVM. */
    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        long deadline = System.nanoTime() + LOCK_NANOS;
        while (System.nanoTime() - deadline < 0) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                // another run of this JVM has it
            }
            LockSupport.parkNanos(10_000_000);
        }
        return null;
    }

    /** Deletes the parts of an earlier build, and those that were replaced. */
    private static List<RunPart> partsOfBuild(Path runs, RunPart latest) throws IOException {
        List<RunPart> parts = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(runs, "*.properties")) {
            for (Path file : files) {
                RunPart part = RunPart.read(file);
                if (part.text("build").equals(latest.text("build")) && !part.isReplacedBy(latest)) {
                    parts.add(part);
                } else {
                    Files.delete(file);
                    Files.deleteIfExists(runs.resolve(part.id + ".html"));
                }
            }
        }
        return parts;
    }

    private static HtmlReport page(MergedRuns merged) {
        String doubt = merged.doubt();
        long failed = merged.sum("failed");
        HtmlReport.Builder page = HtmlReport.builder(LeakGuard.disabled())
                .title("LeakGuard: " + LeakText.counted(merged.sum("tests"), "test") + " in "
                        + merged.parts().size() + " runs")
                .verdict(
                        failed > 0
                                ? HtmlReport.Verdict.BAD
                                : merged.sum("told") > 0 || !merged.left().isEmpty() || doubt != null
                                        ? HtmlReport.Verdict.WARNING
                                        : HtmlReport.Verdict.GOOD,
                        merged.counts() + (doubt == null ? "." : ". INCONCLUSIVE: " + doubt + "."));
        page.section(new HtmlReport.Section(
                "Runs",
                "Each has a page of its own, with its stacks, in the folder runs.",
                List.of("Page", "Engine", "JVM", "Began", "Tests", "Leaks", "Left"),
                merged.rows(p -> List.of(
                        "runs/" + p.id + ".html",
                        p.text("engine"),
                        p.text("pid"),
                        p.text("startedAt"),
                        p.text("tests"),
                        p.text("told"),
                        FindingCounts.text(p.numbers("left."))))));
        page.section(RunPage.leaksByTest(merged.rows("row.leaks")));
        page.section(RunPage.findings(merged.rows("row.findings")));
        return page.build();
    }
}
