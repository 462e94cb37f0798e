package io.leakguard.spring;

import java.util.Map;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.ClassUtils;

/** Lets Reactor carry scopes together with all other context, unless the application has set this. */
final class ReactorDefault {

    private static final String PROPERTY = "spring.reactor.context-propagation";

    private ReactorDefault() {}

    static void add(ConfigurableEnvironment environment) {
        ClassLoader loader = ReactorDefault.class.getClassLoader();
        if (environment.getProperty("leakguard.spring.reactor", Boolean.class, true)
                && !environment.containsProperty(PROPERTY)
                && ClassUtils.isPresent("reactor.core.publisher.Hooks", loader)
                && ClassUtils.isPresent("io.micrometer.context.ThreadLocalAccessor", loader)) {
            environment.getPropertySources().addLast(new MapPropertySource("leakguard", Map.of(PROPERTY, "auto")));
        }
    }
}
