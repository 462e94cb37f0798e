package io.leakguard.it.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.Guarded;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import java.io.Closeable;
import java.io.IOException;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The recipes of docs/wrapping.md for a pool of objects. */
class ObjectPoolsTest {

    private static final ResourceKind LEASE = ResourceKind.of("acme.lease");

    interface Session extends Closeable {
        void use();

        @Override
        void close();
    }

    static final class RealSession implements Session {
        @Override
        public void use() {}

        @Override
        public void close() {}
    }

    private static final class Sessions extends BasePooledObjectFactory<Session> {
        private final LeakGuard guard;

        Sessions(LeakGuard guard) {
            this.guard = guard;
        }

        @Override
        public Session create() {
            return guard.wrap(Session.class, new RealSession());
        }

        @Override
        public PooledObject<Session> wrap(Session session) {
            return new DefaultPooledObject<>(session);
        }

        @Override
        public void destroyObject(PooledObject<Session> pooled) {
            pooled.getObject().close();
        }
    }

    private final Reports reports = new Reports();
    private final LeakGuard guard =
            LeakGuard.builder().listener(reports).log(false).build();

    @AfterEach
    void close() {
        guard.close();
    }

    @Test
    void above_the_pool_a_lease_is_held_and_gives_the_object_back() throws Exception {
        try (GenericObjectPool<Session> pool = new GenericObjectPool<>(new Sessions(LeakGuard.disabled()))) {
            Session session = pool.borrowObject();
            try (Guarded<Closeable, IOException> lease =
                    guard.hold((Closeable) () -> pool.returnObject(session), LEASE, "orders")) {
                session.use();
            }
            assertThat(pool.getNumActive()).isZero();
            assertThat(reports.settled(guard)).isEmpty();
            assertThat(guard.stats().of(LEASE).closed()).isEqualTo(1);
        }
    }

    @Test
    void below_the_pool_the_factory_wraps_what_it_makes() throws Exception {
        try (GenericObjectPool<Session> pool = new GenericObjectPool<>(new Sessions(guard))) {
            Session session = pool.borrowObject();
            session.use();
            pool.returnObject(session);
        }
        assertThat(reports.settled(guard)).isEmpty();
        assertThat(guard.stats().closed()).isEqualTo(1);
    }

    @Test
    void a_handle_of_what_a_pool_handed_out_is_not_part_of_it() throws Exception {
        try (GenericObjectPool<Session> pool = new GenericObjectPool<>(new Sessions(LeakGuard.disabled()))) {
            Session borrowed = pool.borrowObject();
            Session handle = guard.wrap(Session.class, borrowed);
            assertThatThrownBy(() -> pool.returnObject(handle)).isInstanceOf(IllegalStateException.class);
            handle.close();
            pool.returnObject(borrowed);
        }
    }

    @Test
    void a_lease_that_is_never_given_back_is_found_while_its_pool_keeps_the_object() throws Exception {
        try (GenericObjectPool<Session> pool = new GenericObjectPool<>(new Sessions(LeakGuard.disabled()))) {
            forget(pool);
            LeakReport report = reports.await(guard);
            assertThat(report.kind()).isEqualTo(LEASE);
            assertThat(pool.getNumActive()).isEqualTo(1);
        }
    }

    /** A handle of its own for each lease: the pool keeps what it has lent out, so that is reachable for ever. */
    private void forget(GenericObjectPool<Session> pool) throws Exception {
        Session session = pool.borrowObject();
        guard.hold((Closeable) () -> pool.returnObject(session), LEASE, "orders");
        session.use();
    }
}
