package io.leakguard.netty;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/** Finds the beginnings and ends of HTTP/1.1 requests. A class of its own, since netty-codec-http is optional. */
final class HttpProtocol {
    private HttpProtocol() {}

    static ScopeHandler.Protocol create() {
        return new ScopeHandler.Protocol(
                HttpProtocol::startOf, msg -> msg instanceof LastHttpContent, HttpProtocol::isLastWritten);
    }

    /** Without the query, which may hold secrets that belong in no log. */
    private static @Nullable String startOf(Object msg) {
        if (!(msg instanceof HttpRequest request)) {
            return null;
        }
        String uri = request.uri();
        int query = uri.indexOf('?');
        return request.method() + " " + (query < 0 ? uri : uri.substring(0, query));
    }

    private static boolean isLastWritten(Object msg) {
        if (!(msg instanceof LastHttpContent)) {
            return false;
        }
        // 100 Continue and similar responses are full responses too, and another one follows.
        return !(msg instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                && response.status().code() != 101);
    }
}
