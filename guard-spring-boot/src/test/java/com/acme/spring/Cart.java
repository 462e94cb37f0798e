package com.acme.spring;

import io.leakguard.LeakGuard;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.springframework.stereotype.Component;
import org.springframework.web.context.annotation.SessionScope;

/** A bean of each session, which opens a catalogue and keeps it for as long as the session lives. */
@Component
@SessionScope
public class Cart {

    private final LeakGuard guard;
    private InputStream catalogue;

    Cart(LeakGuard guard) {
        this.guard = guard;
    }

    /** LEAK: nobody closes it. */
    public String browse() {
        if (catalogue == null) {
            catalogue = guard.wrap(new ByteArrayInputStream(new byte[1]), "catalogue");
        }
        return "browsing";
    }
}
