package io.leakguard.adapter;

import io.leakguard.LeakTracker;

/**
 * A handle that knows its tracker. Every wrapper of a guard implements it, and adapters' wrappers should. A program
 * that holds only the resource can then touch it or hand it off.
 */
public interface GuardedResource {

    /**
     * Returns the tracker of this resource.
     *
     * @return the tracker
     */
    LeakTracker leakTracker();
}
