package io.leakguard.heap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command of the process that reads dumps: with a bounded heap, and of low priority where the system has {@code nice}. */
final class ReadingProcess {

    private ReadingProcess() {}

    /**
     * Returns the command; a dump and filters are to be added.
     *
     * @param folder where classes may be copied to
     * @param heap the largest heap, as {@code -Xmx} takes it
     * @param temporary gets the files that are to be removed when the process has ended
     * @throws IOException if this JVM has no {@code java} to start
     */
    static List<String> command(Path folder, String heap, Temporary temporary) throws IOException {
        Path classes = OwnClasses.origin();
        if (classes == null) {
            classes = temporary.addNew(
                    folder, "leakguard-heap-" + ProcessHandle.current().pid(), ".jar");
            OwnClasses.copyTo(classes);
        }
        List<String> command = new ArrayList<>();
        Path nice = Path.of("/usr/bin/nice");
        if (Files.isExecutable(nice)) {
            command.addAll(List.of(nice.toString(), "-n", "19"));
        }
        command.add(program("java").toString());
        command.addAll(List.of(
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:NewRatio=15", // nearly all of it are a few large arrays
                "-XX:-UsePerfData",
                "-cp",
                classes.toString(),
                "io.leakguard.heap.Main"));
        return command;
    }

    /** A program of the JDK that this JVM is of. */
    static Path program(String name) throws IOException {
        Path bin = Path.of(System.getProperty("java.home"), "bin");
        for (String file : List.of(name, name + ".exe")) {
            if (Files.isExecutable(bin.resolve(file))) {
                return bin.resolve(file);
            }
        }
        throw new IOException("this Java has no program '" + name + "' in " + bin + ": use the java of a JDK");
    }

    /** Starts a process that has nothing of this one's options, such as an agent or a port. */
    static ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS").forEach(builder.environment()::remove);
        return builder;
    }
}
