package io.leakguard.adapter;

import io.leakguard.LeakTracker;

/**
 * A handle that knows its tracker. Every wrapper that a guard returns implements it, and adapters' wrappers should. So a
 * program that holds only the resource can touch it or hand it off.
 */
public interface GuardedResource {

    /**
     * Returns the tracker of this resource.
     *
     * @return the tracker
     */
    LeakTracker leakTracker();
}
