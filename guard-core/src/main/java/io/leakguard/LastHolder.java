package io.leakguard;

/**
 * Who had a resource last, as an adapter tells it to the guard. It tells two leaks apart where the creation stacks are the
 * same: all buffers that Netty reads sockets into are allocated by one line, and the handlers that forget them differ.
 *
 * <p>Implemented by what is given to {@code track}, by the delegate or by a {@link java.util.function.Supplier} as the
 * description. A guard asks on a background thread, when it reports a leak or lists what is open. It must not reference the
 * handle.
 */
@FunctionalInterface
public interface LastHolder {

    /**
     * Returns the holder's name. All that one piece of code holds must have the same: a handler's class, say, and not a number
     * of the connection. An exception counts as "unknown".
     *
     * @return the name; empty if unknown
     */
    String lastHolder();
}
