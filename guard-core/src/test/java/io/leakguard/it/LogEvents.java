package io.leakguard.it;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What is written to one logger. */
final class LogEvents extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    final List<ILoggingEvent> all = new CopyOnWriteArrayList<>();

    private final Logger logger;

    LogEvents(String logger) {
        this.logger = (Logger) LoggerFactory.getLogger(logger);
        start();
        this.logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        all.add(event);
    }

    List<String> messages() {
        return all.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
    }
}
