package io.leakguard.internal.wrap;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;

/** A lock whose channel is the handle, which it keeps reachable. */
final class GuardedFileLock extends FileLock {

    private final FileLock delegate;

    GuardedFileLock(FileChannel channel, FileLock delegate) {
        super(channel, delegate.position(), delegate.size(), delegate.isShared());
        this.delegate = delegate;
    }

    GuardedFileLock(AsynchronousFileChannel channel, FileLock delegate) {
        super(channel, delegate.position(), delegate.size(), delegate.isShared());
        this.delegate = delegate;
    }

    @Override
    public boolean isValid() {
        return delegate.isValid();
    }

    @Override
    public void release() throws IOException {
        try {
            delegate.release();
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
