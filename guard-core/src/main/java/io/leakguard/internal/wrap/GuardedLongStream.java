package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import java.lang.ref.Reference;
import java.util.LongSummaryStatistics;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.function.BiConsumer;
import java.util.function.LongBinaryOperator;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongToIntFunction;
import java.util.function.LongUnaryOperator;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A stage of a guarded stream pipeline. */
final class GuardedLongStream implements LongStream, GuardedResource {

    final LongStream delegate;
    final StreamToken token;

    GuardedLongStream(LongStream delegate, StreamToken token) {
        this.delegate = delegate;
        this.token = token;
    }

    @Override
    public LeakTracker leakTracker() {
        return token.tracker();
    }

    private LongStream same(LongStream stage) {
        return stage == delegate ? this : token.stage(stage);
    }

    @Override
    public LongStream filter(LongPredicate predicate) {
        return same(delegate.filter(predicate));
    }

    @Override
    public LongStream map(LongUnaryOperator mapper) {
        return same(delegate.map(mapper));
    }

    @Override
    public <U extends @Nullable Object> Stream<U> mapToObj(LongFunction<? extends U> mapper) {
        return token.stage(delegate.mapToObj(mapper));
    }

    @Override
    public IntStream mapToInt(LongToIntFunction mapper) {
        return token.stage(delegate.mapToInt(mapper));
    }

    @Override
    public DoubleStream mapToDouble(LongToDoubleFunction mapper) {
        return token.stage(delegate.mapToDouble(mapper));
    }

    @Override
    public DoubleStream asDoubleStream() {
        return token.stage(delegate.asDoubleStream());
    }

    @Override
    public Stream<Long> boxed() {
        return token.stage(delegate.boxed());
    }

    @Override
    public LongStream flatMap(LongFunction<? extends @Nullable LongStream> mapper) {
        return same(delegate.flatMap(mapper));
    }

    @Override
    public LongStream mapMulti(LongStream.LongMapMultiConsumer mapper) {
        return same(delegate.mapMulti(mapper));
    }

    @Override
    public LongStream distinct() {
        return same(delegate.distinct());
    }

    @Override
    public LongStream sorted() {
        return same(delegate.sorted());
    }

    @Override
    public LongStream peek(LongConsumer action) {
        return same(delegate.peek(action));
    }

    @Override
    public LongStream limit(long maxSize) {
        return same(delegate.limit(maxSize));
    }

    @Override
    public LongStream skip(long n) {
        return same(delegate.skip(n));
    }

    @Override
    public LongStream takeWhile(LongPredicate predicate) {
        return same(delegate.takeWhile(predicate));
    }

    @Override
    public LongStream dropWhile(LongPredicate predicate) {
        return same(delegate.dropWhile(predicate));
    }

    @Override
    public void forEach(LongConsumer action) {
        try {
            delegate.forEach(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void forEachOrdered(LongConsumer action) {
        try {
            delegate.forEachOrdered(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public long[] toArray() {
        try {
            return delegate.toArray();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public long reduce(long identity, LongBinaryOperator op) {
        try {
            return delegate.reduce(identity, op);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalLong reduce(LongBinaryOperator op) {
        try {
            return delegate.reduce(op);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <R extends @Nullable Object> R collect(
            Supplier<R> supplier, ObjLongConsumer<R> accumulator, BiConsumer<R, R> combiner) {
        try {
            return delegate.collect(supplier, accumulator, combiner);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public long sum() {
        try {
            return delegate.sum();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalLong min() {
        try {
            return delegate.min();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalLong max() {
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
    public LongSummaryStatistics summaryStatistics() {
        try {
            return delegate.summaryStatistics();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean anyMatch(LongPredicate predicate) {
        try {
            return delegate.anyMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean allMatch(LongPredicate predicate) {
        try {
            return delegate.allMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean noneMatch(LongPredicate predicate) {
        try {
            return delegate.noneMatch(predicate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalLong findFirst() {
        try {
            return delegate.findFirst();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public OptionalLong findAny() {
        try {
            return delegate.findAny();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public PrimitiveIterator.OfLong iterator() {
        return new GuardedLongIterator(delegate.iterator(), token);
    }

    @Override
    public Spliterator.OfLong spliterator() {
        return new GuardedLongSpliterator(delegate.spliterator(), token);
    }

    @Override
    public boolean isParallel() {
        return delegate.isParallel();
    }

    @Override
    public LongStream sequential() {
        return same(delegate.sequential());
    }

    @Override
    public LongStream parallel() {
        return same(delegate.parallel());
    }

    @Override
    public LongStream unordered() {
        return same(delegate.unordered());
    }

    @Override
    public LongStream onClose(Runnable closeHandler) {
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
