package io.leakguard.spring;

import org.springframework.boot.actuate.endpoint.Producible;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/** The formats of {@link LeaksEndpoint}. */
@SuppressWarnings("ImmutableEnumChecker") // a MimeType is immutable, but not annotated so
enum LeaksFormat implements Producible<LeaksFormat> {
    JSON(MimeTypeUtils.APPLICATION_JSON),
    /** Boot takes the last format first, so that a browser, which accepts everything, gets the page. */
    HTML(MimeTypeUtils.TEXT_HTML);

    private final MimeType type;

    LeaksFormat(MimeType type) {
        this.type = type;
    }

    @Override
    public MimeType getProducedMimeType() {
        return type;
    }

    @Override
    public boolean isDefault() {
        return this == JSON;
    }
}
