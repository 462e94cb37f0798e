package io.leakguard.spring;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;

/** Ends the scope of an asynchronous request, also after a timeout or if the client is gone. */
record AtCompletion(RequestScope scope) implements AsyncListener {

    @Override
    public void onComplete(AsyncEvent event) {
        scope.close();
    }

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
    }
}
