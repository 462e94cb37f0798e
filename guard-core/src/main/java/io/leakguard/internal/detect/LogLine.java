package io.leakguard.internal.detect;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.spi.DefaultLoggingEventBuilder;
import org.slf4j.spi.LoggingEventAware;
import org.slf4j.spi.LoggingEventBuilder;

/** One event for the log: with key-value pairs, or without if the application has SLF4J 1.7, which has none. */
final class LogLine {

    private static final boolean HAS_PAIRS = hasPairs();

    private final Logger logger;
    private final Level level;
    private final @Nullable Marker marker;
    private final String[] pairs;

    /** Each key is followed by its value. */
    LogLine(Logger logger, Level level, @Nullable Marker marker, String... pairs) {
        this.logger = logger;
        this.level = level;
        this.marker = marker;
        this.pairs = pairs;
    }

    /** Calls the new method and catches the error, since reflection would need metadata in a native image. */
    private static boolean hasPairs() {
        try {
            LoggerFactory.getLogger("io.leakguard").isEnabledForLevel(Level.WARN);
            return true;
        } catch (NoSuchMethodError e) {
            return false;
        }
    }

    void log(String format, @Nullable Object... arguments) {
        if (HAS_PAIRS && Pairs.log(this, format, arguments)) {
            return;
        }
        switch (level) {
            case ERROR -> logger.error(marker, format, arguments);
            case WARN -> logger.warn(marker, format, arguments);
            default -> logger.info(marker, format, arguments);
        }
    }

    /** Loaded with SLF4J 2 only. */
    private static final class Pairs {
        private Pairs() {}

        /**
         * False for a backend that doesn't store pairs, such as slf4j-simple: SLF4J would put them before the message,
         * which says the same.
         */
        static boolean log(LogLine line, String format, @Nullable Object... arguments) {
            LoggingEventBuilder event = line.logger.atLevel(line.level);
            if (event instanceof DefaultLoggingEventBuilder && !(line.logger instanceof LoggingEventAware)) {
                return false;
            }
            if (line.marker != null) {
                event = event.addMarker(line.marker);
            }
            for (int i = 0; i < line.pairs.length; i += 2) {
                event = event.addKeyValue(line.pairs[i], line.pairs[i + 1]);
            }
            if (arguments.length == 0) {
                event.log(format); // a leak's text may contain braces
            } else {
                event.log(format, arguments);
            }
            return true;
        }
    }
}
