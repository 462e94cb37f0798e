package io.leakguard.internal.track;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/** A link of a {@link Shard}'s list. It is used only under the shard's lock. It refers to a handle, or to nothing. */
class Node extends PhantomReference<Object> {

    Node() {
        this(null, null);
    }

    @SuppressWarnings("NullAway") // a marker of a place refers to nothing
    Node(@Nullable Object handle, @Nullable ReferenceQueue<Object> collected) {
        super(handle, collected);
    }

    @Nullable
    public Node newer;

    @Nullable
    public Node older;

    /** Inserts this on the older side of another. */
    final void insertAfter(Node prev) {
        Node next = prev.older;
        newer = prev;
        older = next;
        prev.older = this;
        if (next != null) {
            next.newer = this;
        }
    }

    /** Inserts this on the newer side of another. */
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
