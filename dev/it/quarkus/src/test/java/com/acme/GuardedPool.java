package com.acme;

import io.agroal.api.AgroalPoolInterceptor;
import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

@Singleton
public class GuardedPool implements AgroalPoolInterceptor {

    private static final ResourceKind CONNECTION = ResourceKind.of("jdbc.connection");
    private final Map<Connection, LeakTracker> open = Collections.synchronizedMap(new IdentityHashMap<>());

    @Override
    public void onConnectionAcquire(Connection connection) {
        Connection raw = raw(connection);
        open.put(raw, LeakGuard.global().track(raw, CONNECTION));
    }

    @Override
    public void onConnectionReturn(Connection connection) {
        Optional.ofNullable(open.remove(raw(connection))).ifPresent(LeakTracker::close);
    }

    /** Agroal passes another wrapper in each call. */
    private static Connection raw(Connection connection) {
        try {
            return connection.unwrap(Connection.class);
        } catch (SQLException e) {
            return connection; // can't be unwrapped: it stays open for the guard
        }
    }
}
