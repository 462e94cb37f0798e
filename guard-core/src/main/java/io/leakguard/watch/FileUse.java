package io.leakguard.watch;

/**
 * Files that take room on a disk.
 *
 * @param files how many
 * @param bytes their sizes, in bytes; a file with holes takes less
 */
public record FileUse(long files, long bytes) {}
