package io.leakguard.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Has the tests of a class, or one test, checked for leaks: what a test opens through the {@linkplain
 * io.leakguard.LeakGuard#global() process-wide guard} and hasn't closed when it ends fails it.
 *
 * <p>Inherited by subclasses and {@code @Nested} classes; what stands nearer to the test wins.
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
     * Says what a leak does.
     *
     * @return the mode; as configured unless set
     */
    LeakMode mode() default LeakMode.CONFIGURED;

    /**
     * Says how long to wait at the end of a test for what it closes asynchronously.
     *
     * @return a time like {@code 500ms} or {@code 2s}; empty for the setting {@code leakguard.junit.grace}
     */
    String grace() default "";
}
