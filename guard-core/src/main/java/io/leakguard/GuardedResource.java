package io.leakguard;

/**
 * A handle that knows its tracker. Every wrapper that a guard returns implements it, adapters' wrappers too, so that a
 * program which holds only the resource can touch it or hand it off.
 */
public interface GuardedResource {

    /**
     * Returns the tracker of this resource.
     *
     * @return the tracker
     */
    LeakTracker leakTracker();
}
