package io.leakguard.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Demands that a test leaks, for tests of your own adapters. The test fails if it does not leak. The demanded leaks
 * don't fail it.
 *
 * {@snippet :
 * @Test
 * @ExpectLeaks(kind = "acme.lease", count = 1)
 * void a_lease_that_is_not_returned_is_reported() { leases.take(); }
 * }
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface ExpectLeaks {

    /**
     * Selects the kinds that must leak.
     *
     * @return a kind's name; {@code *} stands for any characters
     */
    String kind() default "*";

    /**
     * Selects the places where they must have been opened.
     *
     * @return a pattern that one frame of the creation stack must match; {@code *} stands for any characters
     */
    String site() default "*";

    /**
     * Gives the number that must leak.
     *
     * @return the exact number; 0 for one or more
     */
    int count() default 0;
}
