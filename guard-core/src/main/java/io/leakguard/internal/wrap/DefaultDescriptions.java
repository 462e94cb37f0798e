package io.leakguard.internal.wrap;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystem;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** Descriptions of resources for which the program gives none. Made only for a report. */
final class DefaultDescriptions {

    private static final int MAX_URLS = 5;

    private DefaultDescriptions() {}

    /** Null if the kind says enough. Never a library's own {@code toString}, which may be long, slow or secret. */
    static @Nullable Object of(@Nullable Object resource) throws Exception {
        if (resource instanceof ZipFile zip) {
            return zip.getName();
        }
        if (resource instanceof URLClassLoader loader) {
            return urls(loader);
        }
        if (resource instanceof FileSystem files) {
            return files.provider().getScheme() + " " + files;
        }
        if (resource instanceof Process process) {
            return process.pid() + process.info().command().map(c -> " " + c).orElse("");
        }
        if (resource instanceof SocketChannel channel) {
            return channel.getRemoteAddress();
        }
        if (resource instanceof NetworkChannel channel) {
            return channel.getLocalAddress();
        }
        return resource == null
                        || resource.getClass().getName().startsWith("java.")
                        || resource.getClass().getName().startsWith("sun.")
                ? null
                : nameOf(resource.getClass());
    }

    static Supplier<@Nullable Object> later(Object resource) {
        return () -> {
            try {
                return of(resource);
            } catch (Exception e) {
                return null; // perhaps just closed: the kind must be enough
            }
        };
    }

    private static @Nullable String nameOf(Class<?> type) {
        Class<?> named = LibraryKinds.named(type);
        return named == null ? null : named.getName();
    }

    /** A URL's user, query and fragment may be secrets. */
    private static String urls(URLClassLoader loader) {
        URL[] urls = loader.getURLs();
        String listed = Arrays.stream(urls)
                .limit(MAX_URLS)
                .map(url -> url.getProtocol() + ":" + (url.getHost().isEmpty() ? "" : "//" + url.getHost())
                        + url.getPath().replaceFirst("//[^/@]*@", "//"))
                .collect(Collectors.joining(", "));
        String name = loader.getName() == null ? "" : loader.getName() + ": ";
        return name + listed + (urls.length > MAX_URLS ? ", and " + (urls.length - MAX_URLS) + " more" : "");
    }
}
