package io.leakguard.internal.track;

import io.leakguard.LeakListener;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A future whose dependent stages run in the scope that was current when it was made. */
public final class ScopedFuture<T extends @Nullable Object> extends CompletableFuture<T> {

    private final Scopes scopes;
    private final @Nullable ScopeImpl scope;
    private final Executor defaultExecutor;
    /** The original future, which is cancelled with this one; null for a dependent stage. */
    private final @Nullable CompletableFuture<T> source;

    private ScopedFuture(
            Scopes scopes, @Nullable ScopeImpl scope, Executor defaultExecutor, @Nullable CompletableFuture<T> source) {
        this.scopes = scopes;
        this.scope = scope;
        this.defaultExecutor = defaultExecutor;
        this.source = source;
    }

    public static <T extends @Nullable Object> CompletableFuture<T> of(Scopes scopes, CompletableFuture<T> source) {
        ScopedFuture<T> future = new ScopedFuture<>(scopes, scopes.current(), source.defaultExecutor(), source);
        CompletableFuture<T> unused = source.whenComplete((value, failure) -> {
            if (failure != null) {
                future.completeExceptionally(failure);
            } else {
                future.complete(value);
            }
        });
        return future;
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
        return new ScopedFuture<>(scopes, scope, defaultExecutor, null);
    }

    @Override
    public Executor defaultExecutor() {
        return defaultExecutor;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (source != null) {
            source.cancel(mayInterruptIfRunning); // it may stop work that only the source knows
        }
        return cancelled;
    }

    /** As the JDK's, a stage that its holder can't complete. The JDK's own stage would leave the scope. */
    @Override
    @SuppressWarnings("unchecked") // the proxy implements that interface
    public CompletionStage<T> minimalCompletionStage() {
        CompletableFuture<T> copy = copy();
        return (CompletionStage<T>) Proxy.newProxyInstance(
                CompletionStage.class.getClassLoader(),
                new Class<?>[] {CompletionStage.class},
                (proxy, method, args) -> {
                    if (method.getDeclaringClass() == Object.class
                            && method.getName().equals("equals")) {
                        return args != null && proxy == args[0];
                    }
                    try {
                        Object result = method.invoke(copy, args);
                        return result instanceof ScopedFuture<?> next
                                        && !method.getName().equals("toCompletableFuture")
                                ? next.minimalCompletionStage()
                                : result == copy ? copy() : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private <A extends @Nullable Object, R extends @Nullable Object> Function<A, R> in(
            Function<? super A, ? extends R> f) {
        Objects.requireNonNull(f);
        return a -> {
            try (LeakListener.Registration binding = scopes.enter(scope)) {
                return f.apply(a);
            }
        };
    }

    private <A extends @Nullable Object> Consumer<A> inConsumer(Consumer<? super A> f) {
        Objects.requireNonNull(f);
        return a -> {
            try (LeakListener.Registration binding = scopes.enter(scope)) {
                f.accept(a);
            }
        };
    }

    private Runnable in(Runnable f) {
        return scopes.in(scope, Objects.requireNonNull(f));
    }

    private <R extends @Nullable Object> Supplier<R> in(Supplier<R> f) {
        return scopes.in(scope, Objects.requireNonNull(f));
    }

    private <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> BiFunction<A, B, R> in(
            BiFunction<? super A, ? super B, ? extends R> f) {
        Objects.requireNonNull(f);
        return (a, b) -> {
            try (LeakListener.Registration binding = scopes.enter(scope)) {
                return f.apply(a, b);
            }
        };
    }

    private <A extends @Nullable Object, B extends @Nullable Object> BiConsumer<A, B> inBoth(
            BiConsumer<? super A, ? super B> f) {
        Objects.requireNonNull(f);
        return (a, b) -> {
            try (LeakListener.Registration binding = scopes.enter(scope)) {
                f.accept(a, b);
            }
        };
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenApply(Function<? super T, ? extends U> f) {
        return super.thenApply(in(f));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenApplyAsync(Function<? super T, ? extends U> f) {
        return super.thenApplyAsync(in(f));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenApplyAsync(
            Function<? super T, ? extends U> f, Executor executor) {
        return super.thenApplyAsync(in(f), executor);
    }

    @Override
    public CompletableFuture<Void> thenAccept(Consumer<? super T> f) {
        return super.thenAccept(inConsumer(f));
    }

    @Override
    public CompletableFuture<Void> thenAcceptAsync(Consumer<? super T> f) {
        return super.thenAcceptAsync(inConsumer(f));
    }

    @Override
    public CompletableFuture<Void> thenAcceptAsync(Consumer<? super T> f, Executor executor) {
        return super.thenAcceptAsync(inConsumer(f), executor);
    }

    @Override
    public CompletableFuture<Void> thenRun(Runnable f) {
        return super.thenRun(in(f));
    }

    @Override
    public CompletableFuture<Void> thenRunAsync(Runnable f) {
        return super.thenRunAsync(in(f));
    }

    @Override
    public CompletableFuture<Void> thenRunAsync(Runnable f, Executor executor) {
        return super.thenRunAsync(in(f), executor);
    }

    @Override
    public <U extends @Nullable Object, V extends @Nullable Object> CompletableFuture<V> thenCombine(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> f) {
        return super.thenCombine(other, in(f));
    }

    @Override
    public <U extends @Nullable Object, V extends @Nullable Object> CompletableFuture<V> thenCombineAsync(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> f) {
        return super.thenCombineAsync(other, in(f));
    }

    @Override
    public <U extends @Nullable Object, V extends @Nullable Object> CompletableFuture<V> thenCombineAsync(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> f, Executor executor) {
        return super.thenCombineAsync(other, in(f), executor);
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<Void> thenAcceptBoth(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> f) {
        return super.thenAcceptBoth(other, inBoth(f));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<Void> thenAcceptBothAsync(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> f) {
        return super.thenAcceptBothAsync(other, inBoth(f));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<Void> thenAcceptBothAsync(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> f, Executor executor) {
        return super.thenAcceptBothAsync(other, inBoth(f), executor);
    }

    @Override
    public CompletableFuture<Void> runAfterBoth(CompletionStage<?> other, Runnable f) {
        return super.runAfterBoth(other, in(f));
    }

    @Override
    public CompletableFuture<Void> runAfterBothAsync(CompletionStage<?> other, Runnable f) {
        return super.runAfterBothAsync(other, in(f));
    }

    @Override
    public CompletableFuture<Void> runAfterBothAsync(CompletionStage<?> other, Runnable f, Executor executor) {
        return super.runAfterBothAsync(other, in(f), executor);
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> applyToEither(
            CompletionStage<? extends T> other, Function<? super T, U> f) {
        return super.applyToEither(other, in(f));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> applyToEitherAsync(
            CompletionStage<? extends T> other, Function<? super T, U> f) {
        return super.applyToEitherAsync(other, in(f));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> applyToEitherAsync(
            CompletionStage<? extends T> other, Function<? super T, U> f, Executor executor) {
        return super.applyToEitherAsync(other, in(f), executor);
    }

    @Override
    public CompletableFuture<Void> acceptEither(CompletionStage<? extends T> other, Consumer<? super T> f) {
        return super.acceptEither(other, inConsumer(f));
    }

    @Override
    public CompletableFuture<Void> acceptEitherAsync(CompletionStage<? extends T> other, Consumer<? super T> f) {
        return super.acceptEitherAsync(other, inConsumer(f));
    }

    @Override
    public CompletableFuture<Void> acceptEitherAsync(
            CompletionStage<? extends T> other, Consumer<? super T> f, Executor executor) {
        return super.acceptEitherAsync(other, inConsumer(f), executor);
    }

    @Override
    public CompletableFuture<Void> runAfterEither(CompletionStage<?> other, Runnable f) {
        return super.runAfterEither(other, in(f));
    }

    @Override
    public CompletableFuture<Void> runAfterEitherAsync(CompletionStage<?> other, Runnable f) {
        return super.runAfterEitherAsync(other, in(f));
    }

    @Override
    public CompletableFuture<Void> runAfterEitherAsync(CompletionStage<?> other, Runnable f, Executor executor) {
        return super.runAfterEitherAsync(other, in(f), executor);
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenCompose(
            Function<? super T, ? extends CompletionStage<U>> f) {
        return super.thenCompose(in(f));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenComposeAsync(
            Function<? super T, ? extends CompletionStage<U>> f) {
        return super.thenComposeAsync(in(f));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenComposeAsync(
            Function<? super T, ? extends CompletionStage<U>> f, Executor executor) {
        return super.thenComposeAsync(in(f), executor);
    }

    @Override
    public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super @Nullable Throwable> f) {
        return super.whenComplete(inBoth(f));
    }

    @Override
    public CompletableFuture<T> whenCompleteAsync(BiConsumer<? super T, ? super @Nullable Throwable> f) {
        return super.whenCompleteAsync(inBoth(f));
    }

    @Override
    public CompletableFuture<T> whenCompleteAsync(
            BiConsumer<? super T, ? super @Nullable Throwable> f, Executor executor) {
        return super.whenCompleteAsync(inBoth(f), executor);
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> handle(
            BiFunction<? super T, @Nullable Throwable, ? extends U> f) {
        return super.handle(in(f));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> handleAsync(
            BiFunction<? super T, @Nullable Throwable, ? extends U> f) {
        return super.handleAsync(in(f));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> handleAsync(
            BiFunction<? super T, @Nullable Throwable, ? extends U> f, Executor executor) {
        return super.handleAsync(in(f), executor);
    }

    @Override
    public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> f) {
        return super.exceptionally(in(f));
    }

    @Override
    public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> f) {
        return super.exceptionallyAsync(in(f));
    }

    @Override
    public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> f, Executor executor) {
        return super.exceptionallyAsync(in(f), executor);
    }

    @Override
    public CompletableFuture<T> exceptionallyCompose(Function<Throwable, ? extends CompletionStage<T>> f) {
        return super.exceptionallyCompose(in(f));
    }

    @Override
    public CompletableFuture<T> exceptionallyComposeAsync(Function<Throwable, ? extends CompletionStage<T>> f) {
        return super.exceptionallyComposeAsync(in(f));
    }

    @Override
    public CompletableFuture<T> exceptionallyComposeAsync(
            Function<Throwable, ? extends CompletionStage<T>> f, Executor executor) {
        return super.exceptionallyComposeAsync(in(f), executor);
    }

    @Override
    public CompletableFuture<T> completeAsync(Supplier<? extends T> f) {
        return super.completeAsync(in(f));
    }

    @Override
    public CompletableFuture<T> completeAsync(Supplier<? extends T> f, Executor executor) {
        return super.completeAsync(in(f), executor);
    }
}
