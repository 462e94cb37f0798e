package io.leakguard.adapter;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Reads heap dumps for a guard, to find who holds a resource. A guard finds it with {@link java.util.ServiceLoader}; the
 * module guard-heap has one, and the agent has that inside. Thread-safe.
 */
public interface HeapReader {

    /**
     * Reads who holds the trackers that the process marked before it wrote the dump. It does so in a process of its own,
     * so that this one needs no memory for it, and removes what it writes.
     *
     * @param dump the dump
     * @param folder where it may write
     * @param heapBytes the largest heap of the process that reads
     * @param timeout the longest time
     * @return how each tracker is held, by its place in the mark, such as {@code static Daemon.REGISTRY → ["t0"]}
     * @throws IOException if the dump can't be read, or not in that time or heap; the message says why
     * @throws InterruptedException if this thread is interrupted; the process is ended then
     */
    Map<Integer, String> read(Path dump, Path folder, long heapBytes, Duration timeout)
            throws IOException, InterruptedException;
}
