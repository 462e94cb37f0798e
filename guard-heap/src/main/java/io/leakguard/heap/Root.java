package io.leakguard.heap;

import org.jspecify.annotations.Nullable;

/**
 * Why an object is alive without anything that refers to it.
 *
 * @param type what the root is
 * @param id the object
 * @param thread the serial number of the thread of a frame or a thread's object; 0 if there is none
 * @param frame the number of the frame in its thread, from the innermost on; -1 if it is not known
 * @param declaredBy the class of a static field
 * @param field the name of a static field
 */
record Root(
        Type type, long id, int thread, int frame, @Nullable DumpClass declaredBy, String field) {

    enum Type {
        STATIC_FIELD,
        THREAD,
        JAVA_FRAME,
        NATIVE,
        MONITOR,
        CLASS,
        OTHER
    }

    static Root of(Type type, long id, int thread, int frame) {
        return new Root(type, id, thread, frame, null, "");
    }
}
