package com.acme.shop;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/** Which thread must not block, and where it may all the same: BlockHound finds this as a service. */
public final class LoopMustNotBlock implements BlockHoundIntegration {

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.nonBlockingThreadPredicate(
                        others -> others.or(thread -> thread.getName().equals(Blocking.LOOP)))
                .allowBlockingCallsInside(Blocking.class.getName(), "lose");
    }
}
