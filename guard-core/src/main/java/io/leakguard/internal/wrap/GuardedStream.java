package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import java.lang.ref.Reference;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collector;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A stage of a guarded stream pipeline. */
class GuardedStream<T extends @Nullable Object> implements Stream<T>, GuardedResource {

    final Stream<T> delegate;
    final StreamToken token;

    GuardedStream(Stream<T> delegate, StreamToken token) {
        this.delegate = delegate;
        this.token = token;
    }

    @Override
    public LeakTracker leakTracker() {
        return token.tracker();
    }

    private Stream<T> same(Stream<T> stage) {
        return stage == delegate ? this : token.stage(stage);
    }

    @Override
    public Stream<T> filter(Predicate<? super T> predicate) {
        return same(delegate.filter(predicate));
    }

    @Override
    public <R extends @Nullable Object> Stream<R> map(Function<? super T, ? extends R> mapper) {
        return token.stage(delegate.map(mapper));
    }

    @Override
    public IntStream mapToInt(ToIntFunction<? super T> mapper) {
        return token.stage(delegate.mapToInt(mapper));
    }

    @Override
    public LongStream mapToLong(ToLongFunction<? super T> mapper) {
        return token.stage(delegate.mapToLong(mapper));
    }

    @Override
    public DoubleStream mapToDouble(ToDoubleFunction<? super T> mapper) {
        return token.stage(delegate.mapToDouble(mapper));
    }

    @Override
    public <R extends @Nullable Object> Stream<R> flatMap(
            Function<? super T, ? extends @Nullable Stream<? extends R>> mapper) {
        return token.stage(delegate.flatMap(mapper));
    }

    @Override
    public IntStream flatMapToInt(Function<? super T, ? extends @Nullable IntStream> mapper) {
        return token.stage(delegate.flatMapToInt(mapper));
    }

    @Override
    public LongStream flatMapToLong(Function<? super T, ? extends @Nullable LongStream> mapper) {
        return token.stage(delegate.flatMapToLong(mapper));
    }

    @Override
    public DoubleStream flatMapToDouble(Function<? super T, ? extends @Nullable DoubleStream> mapper) {
        return token.stage(delegate.flatMapToDouble(mapper));
    }

    @Override
    public <R extends @Nullable Object> Stream<R> mapMulti(BiConsumer<? super T, ? super Consumer<R>> mapper) {
        return token.stage(delegate.mapMulti(mapper));
    }

    @Override
    public IntStream mapMultiToInt(BiConsumer<? super T, ? super IntConsumer> mapper) {
        return token.stage(delegate.mapMultiToInt(mapper));
    }

    @Override
    public LongStream mapMultiToLong(BiConsumer<? super T, ? super LongConsumer> mapper) {
        return token.stage(delegate.mapMultiToLong(mapper));
    }

    @Override
    public DoubleStream mapMultiToDouble(BiConsumer<? super T, ? super DoubleConsumer> mapper) {
        return token.stage(delegate.mapMultiToDouble(mapper));
    }

    /** What the override of JDK 24's {@code gather} calls. */
    Stream<?> gatherStage(Object gatherer) {
        return token.stage(Newer.gather(delegate, gatherer));
    }

    @Override
    public Stream<T> distinct() {
        return same(delegate.distinct());
    }

    @Override
    public Stream<T> sorted() {
        return same(delegate.sorted());
    }

    @Override
    public Stream<T> sorted(Comparator<? super T> comparator) {
        return same(delegate.sorted(comparator));
    }

    @Override
    public Stream<T> peek(Consumer<? super T> action) {
        return same(delegate.peek(action));
    }

    @Override
    public Stream<T> limit(long maxSize) {
        return same(delegate.limit(maxSize));
    }

    @Override
    public Stream<T> skip(long n) {
        return same(delegate.skip(n));
    }

    @Override
    public Stream<T> takeWhile(Predicate<? super T> predicate) {
        return same(delegate.takeWhile(predicate));
    }

    @Override
    public Stream<T> dropWhile(Predicate<? super T> predicate) {
        return same(delegate.dropWhile(predicate));
    }

    @Override
    public void forEach(Consumer<? super T> action) {
        try {
            delegate.forEach(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void forEachOrdered(Consumer<? super T> action) {
        try {
            delegate.forEachOrdered(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public @Nullable Object[] toArray() {
        try {
            return delegate.toArray();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <A extends @Nullable Object> A[] toArray(IntFunction<A[]> generator) {
        try {
            return delegate.toArray(generator);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public T reduce(T identity, BinaryOperator<T> accumulator) {
        try {
            return delegate.reduce(identity, accumulator);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Optional<T> reduce(BinaryOperator<T> accumulator) {
        try {
            return delegate.reduce(accumulator);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <U extends @Nullable Object> U reduce(
            U identity, BiFunction<U, ? super T, U> accumulator, BinaryOperator<U> combiner) {
        try {
            return delegate.reduce(identity, accumulator, combiner);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <R extends @Nullable Object> R collect(
            Supplier<R> supplier, BiConsumer<R, ? super T> accumulator, BiConsumer<R, R> combiner) {
        try {
            return delegate.collect(supplier, accumulator, combiner);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <R extends @Nullable Object, A extends @Nullable Object> R collect(Collector<? super T, A, R> collector) {
        try {
            return delegate.collect(collector);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public List<T> toList() {
        try {
            return delegate.toList();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Optional<T> min(Comparator<? super T> comparator) {
        try {
            return delegate.min(comparator);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Optional<T> max(Comparator<? super T> comparator) {
        try {
            return delegate.max(comparator);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public long count() {
        try {
            return delegate.count();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean anyMatch(Predicate<? super T> predicate) {
        try {
            return delegate.anyMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean allMatch(Predicate<? super T> predicate) {
        try {
            return delegate.allMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean noneMatch(Predicate<? super T> predicate) {
        try {
            return delegate.noneMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Optional<T> findFirst() {
        try {
            return delegate.findFirst();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Optional<T> findAny() {
        try {
            return delegate.findAny();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Iterator<T> iterator() {
        return new GuardedIterator<>(delegate.iterator(), token);
    }

    @Override
    public Spliterator<T> spliterator() {
        return new GuardedSpliterator<>(delegate.spliterator(), token);
    }

    @Override
    public boolean isParallel() {
        return delegate.isParallel();
    }

    @Override
    public Stream<T> sequential() {
        return same(delegate.sequential());
    }

    @Override
    public Stream<T> parallel() {
        return same(delegate.parallel());
    }

    @Override
    public Stream<T> unordered() {
        return same(delegate.unordered());
    }

    @Override
    public Stream<T> onClose(Runnable closeHandler) {
        return same(delegate.onClose(closeHandler));
    }

    @Override
    public void close() {
        token.tracker().close();
        try {
            delegate.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    @SuppressWarnings("StreamToString") // what the delegate answers
    public String toString() {
        return delegate.toString();
    }
}
