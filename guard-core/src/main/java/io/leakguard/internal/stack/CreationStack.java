package io.leakguard.internal.stack;

/**
 * A stack that was walked but not yet turned into elements, which is 5 to 16 times dearer: {@link #getStackTrace()} is
 * called in the background, and only for what is reported or stays open for long.
 */
@SuppressWarnings("serial") // never leaves the process
public final class CreationStack extends Throwable {
    public CreationStack() {
        super(null, null, false, true);
    }

    /** The stack of another, which is copied: whoever made it may go on using it. */
    public static CreationStack of(Throwable origin) {
        CreationStack stack = new CreationStack();
        stack.setStackTrace(origin.getStackTrace());
        return stack;
    }
}
