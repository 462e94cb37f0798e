package io.leakguard.it.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.it.Leaks;
import io.leakguard.junit.AllowLeaks;
import io.leakguard.telemetry.LeakGuardJmx;
import io.leakguard.telemetry.LeakGuardMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import javax.management.Attribute;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a real JMX connection, as a console makes one. */
@SuppressWarnings({"ReachabilityFenceUsage", "BanJNDI"
}) // a test that fails needs no fence; the connection is to itself
@AllowLeaks(kind = "descriptor.socket", reason = "the JDK's RMI keeps its sockets for a while")
class JmxTest {

    private static final ResourceKind KIND = ResourceKind.of("test.jmx");
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    @TempDir
    private Path folder;

    private final Leaks.Recorder recorder = new Leaks.Recorder();
    private final LeakGuard guard = LeakGuard.builder()
            .name("orders, \"eu\"")
            .log(false)
            .listener(recorder)
            .build();

    private LeakListener.Registration registration;
    private JMXConnectorServer connectorServer;
    private JMXConnector connector;
    private MBeanServerConnection connection;
    private ObjectName name;

    @BeforeEach
    void connect() throws Exception {
        name = new ObjectName("io.leakguard:type=LeakGuard,name=" + ObjectName.quote("orders, \"eu\""));
        registration = LeakGuardJmx.register(guard);
        connectorServer = JMXConnectorServerFactory.newJMXConnectorServer(
                new JMXServiceURL("service:jmx:rmi://127.0.0.1"), null, SERVER);
        connectorServer.start();
        connector = JMXConnectorFactory.connect(connectorServer.getAddress());
        connection = connector.getMBeanServerConnection();
    }

    @AfterEach
    void disconnect() throws Exception {
        registration.close();
        connector.close();
        connectorServer.stop();
        guard.close();
    }

    private LeakGuardMXBean bean() {
        return JMX.newMXBeanProxy(connection, name, LeakGuardMXBean.class);
    }

    @Test
    void the_counts_and_what_is_open_are_read_from_afar() throws Exception {
        Object handle = new Object();
        LeakTracker open = guard.track(handle, KIND, "orders.csv");
        guard.track(handle, KIND).close();
        Leaks.forget(guard, KIND, "");
        recorder.await(KIND);
        assertThat(guard.flush(Duration.ofSeconds(30))).isTrue();

        LeakGuardMXBean bean = bean();
        assertThat(bean.getName()).isEqualTo("orders, \"eu\"");
        assertThat(bean.isEnabled()).isTrue();
        assertThat(bean.getOpened()).isEqualTo(3);
        assertThat(bean.getClosed()).isEqualTo(1);
        assertThat(bean.getCollected()).isEqualTo(1);
        assertThat(bean.getOpen()).isEqualTo(1);
        assertThat(bean.getLeaked()).isEqualTo(1);
        assertThat(bean.getReported()).isEqualTo(1);
        assertThat(bean.openResources()).contains("test.jmx").contains("orders.csv");
        Path page = folder.resolve("page.html");
        bean.writeReport(page.toString());
        assertThat(page).content().contains("test.jmx", "orders.csv");
        assertThatThrownBy(() -> bean.writeReport(folder.resolve("page.txt").toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ends in .html");
        assertThat(bean.leaks())
                .contains("1  test.jmx collected without close()")
                .contains("Leaks.forget(");
        assertThat(bean.getHealth()).isEqualTo("DEGRADED");
        assertThat(bean.health()).startsWith("DEGRADED");
        open.close();
        java.lang.ref.Reference.reachabilityFence(handle);
    }

    @Test
    void a_reset_starts_the_counts_at_zero_and_the_next_leak_is_reported_at_once() {
        forgetOne();
        recorder.await(KIND);
        bean().reset();
        assertThat(guard.flush(Duration.ofSeconds(30))).isTrue();
        assertThat(bean().getLeaked()).isZero();
        assertThat(bean().getOpened()).isZero();
        assertThat(bean().leaks()).isEqualTo("no leaks");

        forgetOne();
        Leaks.gcUntil(() -> recorder.reports.size() == 2);
        assertThat(bean().getLeaked()).isEqualTo(1);
        assertThat(guard.stats().leaked()).as("telemetry's counter goes on").isEqualTo(2);
    }

    private void forgetOne() {
        Leaks.forget(guard, KIND, "");
    }

    @Test
    void the_capture_level_is_changed_from_afar() throws Exception {
        assertThat(connection.getAttribute(name, "Capture")).isEqualTo("2000/s");
        connection.setAttribute(name, new Attribute("Capture", "unlimited"));
        assertThat(guard.captureBudget()).isEqualTo(CaptureBudget.unlimited());

        assertThatThrownBy(() -> bean().setCapture("lots"))
                .hasStackTraceContaining("'lots' is not a capture budget")
                .hasStackTraceContaining("2000/s");
        assertThat(guard.captureBudget()).isEqualTo(CaptureBudget.unlimited());
    }

    @Test
    void a_second_guard_of_the_same_name_is_refused_with_the_fix() {
        assertThatThrownBy(() -> LeakGuardJmx.register(guard))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another name");
    }

    @Test
    void closing_the_registration_takes_the_bean_off() throws Exception {
        registration.close();
        registration.close();
        assertThat(connection.isRegistered(name)).isFalse();
    }
}
