package io.leakguard.junit.it;

import java.util.concurrent.CountDownLatch;

/** Opens something on a stack that no test class is in. */
record Opener(CountDownLatch done) implements Runnable {
    @Override
    public void run() {
        new Thing("nobody's").leakTracker().touch();
        done.countDown();
    }
}
