/**
 * Says who holds what a guard tracks as open: reads a heap dump, and finds the shortest path of strong references to each
 * open resource. {@link io.leakguard.heap.HeldBy} is the entry, {@link io.leakguard.heap.HolderFilter} chooses among the
 * resources, and {@link io.leakguard.heap.Holder} is one line of the answer.
 */
@org.jspecify.annotations.NullMarked
package io.leakguard.heap;
