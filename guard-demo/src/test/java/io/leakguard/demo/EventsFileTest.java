package io.leakguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class EventsFileTest {

    @Test
    void the_events_in_the_repository_are_those_that_the_generator_makes() throws IOException {
        assertThat(Event.load())
                .isEqualTo(
                        EventsFile.generate().subList(1, EventsFile.generate().size()));
    }

    @Test
    void every_event_can_be_parsed() throws IOException {
        assertThat(Event.load())
                .map(Event::parse)
                .hasSize(5_000)
                .extracting(Event::id)
                .doesNotHaveDuplicates();
    }
}
