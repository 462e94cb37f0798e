package io.leakguard.internal.wrap;

import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A secure directory stream that is the handle of its resource. Resources opened through it are guarded too. */
class GuardedSecureDirectoryStream<T extends @Nullable Object> extends GuardedDirectoryStream<T>
        implements SecureDirectoryStream<T> {

    private final Engine engine;
    private final SecureDirectoryStream<T> secure;

    GuardedSecureDirectoryStream(
            Engine engine, SecureDirectoryStream<T> delegate, ResourceKind kind, @Nullable Object description) {
        super(engine, delegate, kind, description);
        this.engine = engine;
        this.secure = delegate;
    }

    @Override
    public SecureDirectoryStream<T> newDirectoryStream(T path, LinkOption... options) throws IOException {
        try {
            return Wrap.directory(engine, secure.newDirectoryStream(path, options), null);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public SeekableByteChannel newByteChannel(T path, Set<? extends OpenOption> options, FileAttribute<?>... attrs)
            throws IOException {
        try {
            return Wrap.seekable(engine, secure.newByteChannel(path, options, attrs), null);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void deleteFile(T path) throws IOException {
        try {
            secure.deleteFile(path);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void deleteDirectory(T path) throws IOException {
        try {
            secure.deleteDirectory(path);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void move(T srcpath, SecureDirectoryStream<T> targetdir, T targetpath) throws IOException {
        try {
            // The provider accepts only directory streams of its own.
            secure.move(
                    srcpath,
                    targetdir instanceof GuardedSecureDirectoryStream<T> guarded ? guarded.secure : targetdir,
                    targetpath);
        } finally {
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(targetdir);
        }
    }

    @Override
    public <V extends @Nullable FileAttributeView> V getFileAttributeView(Class<V> type) {
        return Proxies.keeping(type, secure.getFileAttributeView(type), this);
    }

    @Override
    public <V extends @Nullable FileAttributeView> V getFileAttributeView(
            T path, Class<V> type, LinkOption... options) {
        return Proxies.keeping(type, secure.getFileAttributeView(path, type, options), this);
    }
}
