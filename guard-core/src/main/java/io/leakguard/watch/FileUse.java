package io.leakguard.watch;

/**
 * Files that take room on a disk.
 *
 * @param files their number
 * @param bytes the sum of their sizes; a file with holes takes less
 */
public record FileUse(long files, long bytes) {}
