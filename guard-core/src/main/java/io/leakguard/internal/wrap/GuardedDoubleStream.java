package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import java.lang.ref.Reference;
import java.util.DoubleSummaryStatistics;
import java.util.OptionalDouble;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.function.BiConsumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleFunction;
import java.util.function.DoublePredicate;
import java.util.function.DoubleToIntFunction;
import java.util.function.DoubleToLongFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ObjDoubleConsumer;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A stage of a guarded stream pipeline. */
final class GuardedDoubleStream implements DoubleStream, GuardedResource {

    final DoubleStream delegate;
    final StreamToken token;

    GuardedDoubleStream(DoubleStream delegate, StreamToken token) {
        this.delegate = delegate;
        this.token = token;
    }

    @Override
    public LeakTracker leakTracker() {
        return token.tracker();
    }

    private DoubleStream same(DoubleStream stage) {
        return stage == delegate ? this : token.stage(stage);
    }

    @Override
    public DoubleStream filter(DoublePredicate predicate) {
        return same(delegate.filter(predicate));
    }

    @Override
    public DoubleStream map(DoubleUnaryOperator mapper) {
        return same(delegate.map(mapper));
    }

    @Override
    public <U extends @Nullable Object> Stream<U> mapToObj(DoubleFunction<? extends U> mapper) {
        return token.stage(delegate.mapToObj(mapper));
    }

    @Override
    public IntStream mapToInt(DoubleToIntFunction mapper) {
        return token.stage(delegate.mapToInt(mapper));
    }

    @Override
    public LongStream mapToLong(DoubleToLongFunction mapper) {
        return token.stage(delegate.mapToLong(mapper));
    }

    @Override
    public Stream<Double> boxed() {
        return token.stage(delegate.boxed());
    }

    @Override
    public DoubleStream flatMap(DoubleFunction<? extends @Nullable DoubleStream> mapper) {
        return same(delegate.flatMap(mapper));
    }

    @Override
    public DoubleStream mapMulti(DoubleStream.DoubleMapMultiConsumer mapper) {
        return same(delegate.mapMulti(mapper));
    }

    @Override
    public DoubleStream distinct() {
        return same(delegate.distinct());
    }

    @Override
    public DoubleStream sorted() {
        return same(delegate.sorted());
    }

    @Override
    public DoubleStream peek(DoubleConsumer action) {
        return same(delegate.peek(action));
    }

    @Override
    public DoubleStream limit(long maxSize) {
        return same(delegate.limit(maxSize));
    }

    @Override
    public DoubleStream skip(long n) {
        return same(delegate.skip(n));
    }

    @Override
    public DoubleStream takeWhile(DoublePredicate predicate) {
        return same(delegate.takeWhile(predicate));
    }

    @Override
    public DoubleStream dropWhile(DoublePredicate predicate) {
        return same(delegate.dropWhile(predicate));
    }

    @Override
    public void forEach(DoubleConsumer action) {
        try {
            delegate.forEach(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void forEachOrdered(DoubleConsumer action) {
        try {
            delegate.forEachOrdered(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public double[] toArray() {
        try {
            return delegate.toArray();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public double reduce(double identity, DoubleBinaryOperator op) {
        try {
            return delegate.reduce(identity, op);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalDouble reduce(DoubleBinaryOperator op) {
        try {
            return delegate.reduce(op);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <R extends @Nullable Object> R collect(
            Supplier<R> supplier, ObjDoubleConsumer<R> accumulator, BiConsumer<R, R> combiner) {
        try {
            return delegate.collect(supplier, accumulator, combiner);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public double sum() {
        try {
            return delegate.sum();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalDouble min() {
        try {
            return delegate.min();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalDouble max() {
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
    public DoubleSummaryStatistics summaryStatistics() {
        try {
            return delegate.summaryStatistics();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean anyMatch(DoublePredicate predicate) {
        try {
            return delegate.anyMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean allMatch(DoublePredicate predicate) {
        try {
            return delegate.allMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean noneMatch(DoublePredicate predicate) {
        try {
            return delegate.noneMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalDouble findFirst() {
        try {
            return delegate.findFirst();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalDouble findAny() {
        try {
            return delegate.findAny();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public PrimitiveIterator.OfDouble iterator() {
        return new GuardedDoubleIterator(delegate.iterator(), token);
    }

    @Override
    public Spliterator.OfDouble spliterator() {
        return new GuardedDoubleSpliterator(delegate.spliterator(), token);
    }

    @Override
    public boolean isParallel() {
        return delegate.isParallel();
    }

    @Override
    public DoubleStream sequential() {
        return same(delegate.sequential());
    }

    @Override
    public DoubleStream parallel() {
        return same(delegate.parallel());
    }

    @Override
    public DoubleStream unordered() {
        return same(delegate.unordered());
    }

    @Override
    public DoubleStream onClose(Runnable closeHandler) {
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
