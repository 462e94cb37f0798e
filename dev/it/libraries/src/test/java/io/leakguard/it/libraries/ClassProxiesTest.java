package io.leakguard.it.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;

/** A framework can put a class proxy (CGLIB) in front of a wrapper. */
class ClassProxiesTest {

    @Test
    void a_wrapper_can_be_the_target_of_a_class_proxy() throws Exception {
        try (LeakGuard guard = LeakGuard.builder().log(false).build()) {
            List<AutoCloseable> wrappers = List.of(
                    guard.wrap((InputStream) new ByteArrayInputStream(new byte[1])),
                    guard.wrap((OutputStream) new ByteArrayOutputStream()),
                    guard.wrap(new StringReader("a")),
                    guard.wrap(new BufferedReader(new StringReader("a"))),
                    guard.wrap(new Socket()),
                    guard.wrap(new ServerSocket()),
                    guard.wrap(new DatagramSocket(null)));
            for (AutoCloseable wrapper : wrappers) {
                AtomicInteger calls = new AtomicInteger();
                ProxyFactory factory = new ProxyFactory(wrapper);
                factory.setProxyTargetClass(true);
                factory.addAdvice((MethodInterceptor) invocation -> {
                    calls.incrementAndGet();
                    return invocation.proceed();
                });
                AutoCloseable proxy = (AutoCloseable) factory.getProxy();
                assertThat(proxy.getClass().getSuperclass()).isEqualTo(wrapper.getClass());
                proxy.close();
                assertThat(calls).as(wrapper.getClass().getName()).hasValue(1);
            }
            assertThat(guard.stats().closed()).isEqualTo(wrappers.size());
            var executor = guard.wrap(Executors.newSingleThreadExecutor());
            ProxyFactory factory = new ProxyFactory(executor);
            factory.setProxyTargetClass(true);
            ((java.util.concurrent.ExecutorService) factory.getProxy()).shutdown();
            assertThat(guard.stats().open()).isZero();
        }
    }
}
