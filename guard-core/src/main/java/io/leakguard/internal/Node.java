package io.leakguard.internal;

import org.jspecify.annotations.Nullable;

/** A link of a {@link Shard}'s list. Only touched under the shard's lock. */
class Node {
    @Nullable
    Node newer;

    @Nullable
    Node older;

    /** To the older side of another. */
    final void insertAfter(Node prev) {
        Node next = prev.older;
        newer = prev;
        older = next;
        prev.older = this;
        if (next != null) {
            next.newer = this;
        }
    }

    /** To the newer side of another. */
    final void insertBefore(Node next) {
        Node prev = next.newer;
        newer = prev;
        older = next;
        next.newer = this;
        if (prev != null) {
            prev.older = this;
        }
    }

    final void unlink() {
        Node n = newer;
        Node o = older;
        if (n != null) {
            n.older = o;
        }
        if (o != null) {
            o.newer = n;
        }
        newer = null;
        older = null;
    }
}
