package io.leakguard.jdbc;

import io.leakguard.LeakGuard;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/** The state that all objects of one data source share. */
final class JdbcSource {

    final LeakGuard guard;
    final JdbcOptions options;
    final LiveConnections live;
    final PoolBeneath pool;

    /** An opening that takes longer may be a real one. */
    private static final long FAST_NANOS = 10_000;

    private static final int FIRST = 16;

    /** Written without synchronisation by all threads that open: a lost count only means one more check. */
    private int opened;

    private boolean seenPool;

    /** The class of the connections from the pool beneath, if there is a known one. */
    private volatile @Nullable Class<?> pooledType;

    /** The data source returns other connections too. */
    private volatile boolean mixed;

    /** Some guard of this process is beneath a pool. Until one is, nobody has to look for one. */
    private static volatile boolean someBeneathAPool;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic class
    private final @Nullable WeakReference<Thread>[] users = new WeakReference[64];

    /** Redacted. If a data source leads to several databases, this is the URL of the first one in use. */
    private volatile @Nullable String url;

    JdbcSource(LeakGuard guard, JdbcOptions options, PoolBeneath pool, @Nullable String url) {
        this.guard = guard;
        this.options = options;
        this.pool = pool;
        this.live = new LiveConnections(options, guard, pool);
        this.url = url == null ? null : JdbcUrls.redact(url);
    }

    /** Tells whether the time of each opening must be known. */
    boolean readsClock() {
        return pooledType == null || mixed || live.readsClock();
    }

    /**
     * Returns the pool that is opening a connection right now, if one is. Two sorts of connections are not checked:
     * those from a pool beneath, which are not opened, and those that open very fast once the first ones have shown
     * that there is no pool above.
     */
    @Nullable
    String poolAbove(Connection made, long startNanos) {
        Class<?> type = made.getClass();
        pool.gave(type);
        if (type == pooledType) {
            return null;
        }
        if (Pools.isPool(type.getName())) {
            pooledType = type;
            return null;
        }
        mixed |= pooledType != null;
        long tookNanos = startNanos == 0 ? FAST_NANOS : System.nanoTime() - startNanos;
        if (!seenPool && tookNanos < FAST_NANOS && opened >= FIRST) {
            return null;
        }
        opened++;
        String pool = Pools.caller().orElse(null);
        if (pool != null) {
            seenPool = true;
            someBeneathAPool = true;
        }
        return pool;
    }

    /** Tells whether a known pool beneath returned it. */
    boolean isPooled(Connection made) {
        return made.getClass() == pooledType || Pools.isPool(made.getClass().getName());
    }

    /** Tells whether a pool's connection leads to one that this guard has beneath that pool too. */
    boolean isAlsoBeneath(Connection made) {
        GuardedConnection beneath = someBeneathAPool ? beneath(made, GuardedConnection.class) : null;
        return beneath != null && beneath.source.guard == guard;
    }

    /** Unwraps {@code made} to a type; null if that is impossible or a pool can't tell. */
    static <T> @Nullable T beneath(Wrapper made, Class<T> type) {
        try {
            return made.isWrapperFor(type) ? made.unwrap(type) : null;
        } catch (SQLException | RuntimeException | AbstractMethodError e) {
            return null;
        }
    }

    /** Returns a weak reference, the same for each connection that a thread uses in a row. */
    WeakReference<Thread> reference(Thread thread) {
        @SuppressWarnings("deprecation") // threadId() needs 19
        int slot = (int) thread.getId() & (users.length - 1);
        WeakReference<Thread> known = users[slot];
        if (known == null || !known.refersTo(thread)) {
            known = new WeakReference<>(thread);
            users[slot] = known;
        }
        return known;
    }

    String url() {
        String u = url;
        return u == null ? "" : u;
    }

    /** Asks the first connection for the URL, once. */
    void learnUrl(Connection connection) {
        if (url == null) {
            url = urlOf(connection);
        }
    }

    static String urlOf(Connection connection) {
        try {
            DatabaseMetaData metaData = connection.getMetaData();
            String url = metaData == null ? null : metaData.getURL();
            return url == null ? "" : JdbcUrls.redact(url);
        } catch (SQLException | RuntimeException e) {
            return ""; // the driver can't tell: the report has no URL
        }
    }
}
