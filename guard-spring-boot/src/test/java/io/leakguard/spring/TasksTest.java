package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.acme.spring.Jobs;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.amqp.rabbit.listener.api.ChannelAwareMessageListener;
import org.springframework.boot.WebApplicationType;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.AcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.listener.MessageListenerContainer;

/** Scopes of what is scheduled, asynchronous or told by a broker. The brokers' containers are real; no broker is asked. */
class TasksTest {

    private static Application application;

    @BeforeAll
    static void start() {
        application = Application.start(Jobs.class, WebApplicationType.NONE, "spring.datasource.url=jdbc:h2:mem:jobs");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void a_scheduled_call_is_a_scope_that_is_named_by_its_method() throws Exception {
        Jobs.CleanUp job = application.bean(Jobs.CleanUp.class);
        assertThat(job.latch().await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(job.seen()).isEqualTo("Jobs.CleanUp.cleanUp");
    }

    @Test
    void an_asynchronous_call_is_a_scope_on_the_thread_that_runs_it() throws Exception {
        Jobs.Worker worker = application.bean(Jobs.Worker.class);

        assertThat(worker.work().get(60, TimeUnit.SECONDS)).startsWith("Jobs.Worker.work on task-");
        assertThat(worker.notAsync()).isEqualTo("none");
    }

    @Test
    @SuppressWarnings("unchecked")
    void a_record_of_kafka_is_handled_in_a_scope() {
        MessageListenerContainer container = Objects.requireNonNull(
                application.bean(KafkaListenerEndpointRegistry.class).getListenerContainer("kafka"));
        ((AcknowledgingConsumerAwareMessageListener<Object, Object>) Objects.requireNonNull(
                        container.getContainerProperties().getMessageListener()))
                .onMessage(new ConsumerRecord<>("orders", 0, 4711, "key", "record"), null, null);

        assertThat(application.bean(Jobs.Listeners.class).seen()).contains("Jobs.Listeners.onRecord record");
    }

    @Test
    void a_message_of_rabbit_is_handled_in_a_scope() throws Exception {
        AbstractMessageListenerContainer container = (AbstractMessageListenerContainer) Objects.requireNonNull(
                application.bean(RabbitListenerEndpointRegistry.class).getListenerContainer("rabbit"));
        MessageProperties properties = new MessageProperties();
        properties.setContentType("text/plain");
        ((ChannelAwareMessageListener) Objects.requireNonNull(container.getMessageListener()))
                .onMessage(new Message("message".getBytes(StandardCharsets.UTF_8), properties), null);

        assertThat(application.bean(Jobs.Listeners.class).seen()).contains("Jobs.Listeners.onMessage message");
    }

    @Test
    void a_bean_that_no_proxy_can_stand_for_works_as_before() throws Exception {
        assertThat(application.bean(Jobs.PrivateJob.class).ran().await(60, TimeUnit.SECONDS))
                .isTrue();
        assertThat(application.bean(Jobs.FinalJob.class).ran().await(60, TimeUnit.SECONDS))
                .isTrue();
        assertThat(application.bean(Jobs.PrivateJob.class).getClass()).isEqualTo(Jobs.PrivateJob.class);
    }

    @Test
    void no_scope_is_left_open() {
        Application.until(() -> application.guard().topScopesByOpen(100).isEmpty());
    }
}
