/** LeakGuard Heap: who holds what was opened and not closed, read from a heap dump. */
module io.leakguard.heap {
    requires io.leakguard.core;
    requires static transitive org.jspecify;

    exports io.leakguard.heap;

    provides io.leakguard.adapter.HeapReader with
            io.leakguard.heap.SeparateHeapReader;
}
