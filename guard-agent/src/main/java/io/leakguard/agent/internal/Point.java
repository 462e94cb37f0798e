package io.leakguard.agent.internal;

import org.jspecify.annotations.Nullable;

/** A place in a method of the JDK, and the call to write there. Methods are matched by exact name and descriptor. */
record Point(
        String type,
        String method,
        String descriptor,
        Action action,
        @Nullable Hook hook,
        Value handle,
        Value detail,
        Value fd,
        Value owner,
        @Nullable Value orNext) {

    /**
     * The bridge's method to call, and whether to call it at the beginning of the hooked method or where it returns.
     */
    enum Action {
        OPENED("opened", "(Ljava/lang/Object;ILjava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)V", false),
        /** Before the method: the method may end the resource on another thread. */
        OPENED_FIRST("opened", "(Ljava/lang/Object;ILjava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)V", true),
        CLOSED("closed", "(Ljava/lang/Object;)V", true),
        FAILED("failed", "()V", false),
        PART("part", "(Ljava/lang/Object;)V", false),
        /** Before the JDK closes it. */
        RECLAIMED("reclaimed", "(Ljava/lang/Object;)V", true),
        DETAIL("detail", "(Ljava/lang/Object;Ljava/lang/Object;)V", true),
        DETAIL_AFTER("detail", "(Ljava/lang/Object;Ljava/lang/Object;)V", false);

        final String name;
        final String descriptor;
        final boolean atEntry;

        Action(String name, String descriptor, boolean atEntry) {
            this.name = name;
            this.descriptor = descriptor;
            this.atEntry = atEntry;
        }
    }

    static Point opened(String type, String method, String descriptor, Hook hook) {
        boolean isStatic = !method.equals("<init>") && descriptor.contains(")L");
        return new Point(
                type,
                method,
                descriptor,
                Action.OPENED,
                hook,
                isStatic ? Value.RESULT : Value.THIS,
                Value.NULL,
                Value.NULL,
                Value.NULL,
                null);
    }

    static Point closed(String type, String method, String descriptor) {
        return new Point(
                type, method, descriptor, Action.CLOSED, null, Value.THIS, Value.NULL, Value.NULL, Value.NULL, null);
    }

    static Point failed(String type, String descriptor) {
        return new Point(
                type, "<init>", descriptor, Action.FAILED, null, Value.NULL, Value.NULL, Value.NULL, Value.NULL, null);
    }

    static Point part(String type, String method, String descriptor, Value part) {
        return new Point(type, method, descriptor, Action.PART, null, part, Value.NULL, Value.NULL, Value.NULL, null);
    }

    static Point reclaimed(String type, String method, String descriptor, Value what) {
        return new Point(
                type, method, descriptor, Action.RECLAIMED, null, what, Value.NULL, Value.NULL, Value.NULL, null);
    }

    static Point detail(String type, String method, String descriptor, int slot) {
        return new Point(
                type,
                method,
                descriptor,
                Action.DETAIL,
                null,
                Value.THIS,
                Value.argument(slot),
                Value.NULL,
                Value.NULL,
                null);
    }

    Point first() {
        return action(Action.OPENED_FIRST);
    }

    Point action(Action value) {
        return new Point(type, method, descriptor, value, hook, handle, detail, fd, owner, orNext);
    }

    /** If the compiler chose a number for the end of a method's name, the point's name ends in a star. */
    boolean is(String name, String itsDescriptor) {
        return descriptor.equals(itsDescriptor)
                && (method.endsWith("*")
                        ? name.startsWith(method.substring(0, method.length() - 1))
                        : method.equals(name));
    }

    Point handle(Value value) {
        return new Point(type, method, descriptor, action, hook, value, detail, fd, owner, orNext);
    }

    Point detail(Value value) {
        return new Point(type, method, descriptor, action, hook, handle, value, fd, owner, orNext);
    }

    Point detail(String field) {
        return detail(new Value.Field(Value.THIS, type, field, "Ljava/lang/String;"));
    }

    Point fd(Value value) {
        return new Point(type, method, descriptor, action, hook, handle, detail, value, owner, orNext);
    }

    /** The field that has the descriptor. */
    Point fd(String field) {
        return fd(new Value.Field(Value.THIS, type, field, "Ljava/io/FileDescriptor;"));
    }

    /** The object that closes it too. The resource is then a part of that object. */
    Point owner(Value value) {
        return new Point(type, method, descriptor, action, hook, handle, detail, fd, value, orNext);
    }

    /** A boolean that is true if the resource is of the next {@link Hook} constant. */
    Point orNext(Value value) {
        return new Point(type, method, descriptor, action, hook, handle, detail, fd, owner, value);
    }

    String at() {
        return type.replace('/', '.') + "." + method + descriptor;
    }
}
