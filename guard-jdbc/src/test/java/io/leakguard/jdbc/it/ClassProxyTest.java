package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.jdbc.JdbcGuard;
import java.sql.Connection;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import javax.sql.XADataSource;
import org.aopalliance.intercept.MethodInterceptor;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;

/** Containers make class proxies of data sources, as Spring does of beans with advice. */
@UsesDatabases(Database.H2)
class ClassProxyTest {

    private final AtomicInteger calls = new AtomicInteger();

    private Object proxy(Object target) {
        ProxyFactory factory = new ProxyFactory(target);
        factory.setProxyTargetClass(true);
        factory.addAdvice((MethodInterceptor) call -> {
            calls.incrementAndGet();
            return call.proceed();
        });
        return factory.getProxy();
    }

    @Test
    void a_class_proxy_of_a_guarded_data_source_is_one() throws Exception {
        try (Recorder recorder = new Recorder();
                HikariDataSource pool = (HikariDataSource) Pool.HIKARI.over(Database.H2.dataSource())) {
            DataSource guarded = recorder.guard(pool);
            DataSource proxy = (DataSource) proxy(guarded);
            try (Connection c = proxy.getConnection()) {
                assertThat(c).isInstanceOf(GuardedResource.class);
                assertThat(calls).hasPositiveValue();
                assertThat(JdbcGuard.holders(proxy).total()).isEqualTo(1);
            }
            assertThat(proxy.unwrap(HikariDataSource.class)).isSameAs(pool);
            recorder.assertNothingLeaked();
        }
    }

    @Test
    void a_class_proxy_of_a_guarded_xa_data_source_is_one() throws Exception {
        try (Recorder recorder = new Recorder()) {
            JdbcDataSource h2 = new JdbcDataSource();
            h2.setURL("jdbc:h2:mem:class-proxy");
            XADataSource proxy = (XADataSource) proxy(recorder.builder().wrapXa(h2));
            var connection = proxy.getXAConnection();
            assertThat(connection).isInstanceOf(GuardedResource.class);
            connection.close();
            recorder.assertNothingLeaked();
        }
    }
}
