package io.leakguard.heap;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Has a process write a dump of its live objects, through the JVM's attach mechanism. */
final class ProcessDump {

    private ProcessDump() {}

    /**
     * Writes a dump. The process stands still meanwhile.
     *
     * @param file the file, which must not exist yet; the caller removes it, also if this throws
     * @throws IOException if the process can't be asked or can't write, with the reason
     */
    static void write(String pid, Path file) throws IOException {
        checkSpace(pid, file);
        List<String> command = List.of(
                ReadingProcess.program("jcmd").toString(), pid, "GC.heap_dump \"" + file.toAbsolutePath() + "\"");
        Process process =
                ReadingProcess.builder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while process " + pid + " wrote a dump", e);
        }
        if (!said.contains("Heap dump file created")) {
            throw new IOException("process " + pid + " gave no dump to " + file + ": " + reason(said)
                    + "; run this as the process's user, with a --folder that it can write to and that has space");
        }
        if (!Files.exists(file)) {
            throw new IOException("process " + pid + " wrote its dump where this one can't see it, as in a container:"
                    + " run this there");
        }
    }

    private static String reason(String said) {
        List<String> lines = said.lines()
                .map(String::strip)
                .filter(l ->
                        !l.isEmpty() && !l.startsWith("at ") && !l.matches("\\d+:") && !l.startsWith("Dumping heap"))
                .toList();
        return lines.isEmpty() ? "it does not say why" : String.join(" ", lines.subList(0, Math.min(2, lines.size())));
    }

    /** A full disk would hurt the process that is to be helped. */
    private static void checkSpace(String pid, Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        long free = folder == null ? 0 : new File(folder.toString()).getUsableSpace();
        long needed = residentBytes(pid);
        if (free < needed) {
            throw new IOException("no space for the dump of process " + pid + " in " + folder + ": " + (free >> 20)
                    + " MB are free, and the process has " + (needed >> 20) + " MB; give another --folder");
        }
    }

    /** The memory of a process; 0 if the system doesn't tell. */
    private static long residentBytes(String pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", pid, "status"))) {
                if (line.startsWith("RssAnon:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0; // another system, or another user's: the JVM will say what is wrong
        }
        return 0;
    }
}
