package io.leakguard.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Lets the tests of a class, or one test, be checked for leaks. A resource that a test opens through the {@linkplain
 * io.leakguard.LeakGuard#global() process-wide guard} and has not closed at its end fails the test.
 *
 * <p>Inherited by subclasses and {@code @Nested} classes. The annotation nearest to the test wins.
 *
 * {@snippet :
 * @LeakGuarded
 * class OrderDaoTest {
 *     @Test
 *     void finds_open_orders() { ... }
 * }
 * }
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(LeakGuardExtension.class)
public @interface LeakGuarded {

    /**
     * Sets the effect of a leak.
     *
     * @return the mode; the configured one by default
     */
    LeakMode mode() default LeakMode.CONFIGURED;

    /**
     * Sets how long the end of a test waits for resources that it closes asynchronously.
     *
     * @return a time like {@code 500ms} or {@code 2s}; empty for the setting {@code leakguard.junit.grace}
     */
    String grace() default "";
}
