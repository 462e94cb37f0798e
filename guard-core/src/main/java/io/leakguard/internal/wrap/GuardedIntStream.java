package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import java.lang.ref.Reference;
import java.util.IntSummaryStatistics;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.function.BiConsumer;
import java.util.function.IntBinaryOperator;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A stage of a guarded stream pipeline. */
final class GuardedIntStream implements IntStream, GuardedResource {

    final IntStream delegate;
    final StreamToken token;

    GuardedIntStream(IntStream delegate, StreamToken token) {
        this.delegate = delegate;
        this.token = token;
    }

    @Override
    public LeakTracker leakTracker() {
        return token.tracker();
    }

    private IntStream same(IntStream stage) {
        return stage == delegate ? this : token.stage(stage);
    }

    @Override
    public IntStream filter(IntPredicate predicate) {
        return same(delegate.filter(predicate));
    }

    @Override
    public IntStream map(IntUnaryOperator mapper) {
        return same(delegate.map(mapper));
    }

    @Override
    public <U extends @Nullable Object> Stream<U> mapToObj(IntFunction<? extends U> mapper) {
        return token.stage(delegate.mapToObj(mapper));
    }

    @Override
    public LongStream mapToLong(IntToLongFunction mapper) {
        return token.stage(delegate.mapToLong(mapper));
    }

    @Override
    public DoubleStream mapToDouble(IntToDoubleFunction mapper) {
        return token.stage(delegate.mapToDouble(mapper));
    }

    @Override
    public LongStream asLongStream() {
        return token.stage(delegate.asLongStream());
    }

    @Override
    public DoubleStream asDoubleStream() {
        return token.stage(delegate.asDoubleStream());
    }

    @Override
    public Stream<Integer> boxed() {
        return token.stage(delegate.boxed());
    }

    @Override
    public IntStream flatMap(IntFunction<? extends @Nullable IntStream> mapper) {
        return same(delegate.flatMap(mapper));
    }

    @Override
    public IntStream mapMulti(IntStream.IntMapMultiConsumer mapper) {
        return same(delegate.mapMulti(mapper));
    }

    @Override
    public IntStream distinct() {
        return same(delegate.distinct());
    }

    @Override
    public IntStream sorted() {
        return same(delegate.sorted());
    }

    @Override
    public IntStream peek(IntConsumer action) {
        return same(delegate.peek(action));
    }

    @Override
    public IntStream limit(long maxSize) {
        return same(delegate.limit(maxSize));
    }

    @Override
    public IntStream skip(long n) {
        return same(delegate.skip(n));
    }

    @Override
    public IntStream takeWhile(IntPredicate predicate) {
        return same(delegate.takeWhile(predicate));
    }

    @Override
    public IntStream dropWhile(IntPredicate predicate) {
        return same(delegate.dropWhile(predicate));
    }

    @Override
    public void forEach(IntConsumer action) {
        try {
            delegate.forEach(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void forEachOrdered(IntConsumer action) {
        try {
            delegate.forEachOrdered(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int[] toArray() {
        try {
            return delegate.toArray();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int reduce(int identity, IntBinaryOperator op) {
        try {
            return delegate.reduce(identity, op);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalInt reduce(IntBinaryOperator op) {
        try {
            return delegate.reduce(op);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <R extends @Nullable Object> R collect(
            Supplier<R> supplier, ObjIntConsumer<R> accumulator, BiConsumer<R, R> combiner) {
        try {
            return delegate.collect(supplier, accumulator, combiner);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int sum() {
        try {
            return delegate.sum();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalInt min() {
        try {
            return delegate.min();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalInt max() {
        try {
            return delegate.max();
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
    public OptionalDouble average() {
        try {
            return delegate.average();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public IntSummaryStatistics summaryStatistics() {
        try {
            return delegate.summaryStatistics();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean anyMatch(IntPredicate predicate) {
        try {
            return delegate.anyMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean allMatch(IntPredicate predicate) {
        try {
            return delegate.allMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean noneMatch(IntPredicate predicate) {
        try {
            return delegate.noneMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalInt findFirst() {
        try {
            return delegate.findFirst();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalInt findAny() {
        try {
            return delegate.findAny();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public PrimitiveIterator.OfInt iterator() {
        return new GuardedIntIterator(delegate.iterator(), token);
    }

    @Override
    public Spliterator.OfInt spliterator() {
        return new GuardedIntSpliterator(delegate.spliterator(), token);
    }

    @Override
    public boolean isParallel() {
        return delegate.isParallel();
    }

    @Override
    public IntStream sequential() {
        return same(delegate.sequential());
    }

    @Override
    public IntStream parallel() {
        return same(delegate.parallel());
    }

    @Override
    public IntStream unordered() {
        return same(delegate.unordered());
    }

    @Override
    public IntStream onClose(Runnable closeHandler) {
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
