package io.leakguard.spring;

import io.leakguard.LeakListener;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;

/** Runs a handler's {@code Callable} and its body in the request's scope, on the thread of another executor. */
final class CallableScopes implements CallableProcessingInterceptor {

    static final CallableScopes INSTANCE = new CallableScopes();

    private static final String BINDING = CallableScopes.class.getName();

    private CallableScopes() {}

    @Override
    public <T> void preProcess(NativeWebRequest request, Callable<T> task) {
        if (request.getAttribute(RequestScope.ATTRIBUTE, RequestAttributes.SCOPE_REQUEST)
                instanceof RequestScope scope) {
            request.setAttribute(BINDING, scope.bindHere(), RequestAttributes.SCOPE_REQUEST);
        }
    }

    @Override
    public <T> void postProcess(NativeWebRequest request, Callable<T> task, @Nullable Object result) {
        if (request.getAttribute(BINDING, RequestAttributes.SCOPE_REQUEST)
                instanceof LeakListener.Registration binding) {
            request.removeAttribute(BINDING, RequestAttributes.SCOPE_REQUEST);
            binding.close();
        }
    }
}
