package io.leakguard.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Demands that a test leaks, for those who test their own adapters: the test fails unless it does, and what it leaks as
 * demanded doesn't fail it.
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
     * Says what must leak.
     *
     * @return a kind's name; {@code *} stands for any characters
     */
    String kind() default "*";

    /**
     * Says where it must have been opened.
     *
     * @return a pattern that one frame of the creation stack must match; {@code *} stands for any characters
     */
    String site() default "*";

    /**
     * Says how many must leak.
     *
     * @return the exact number; 0 for one or more
     */
    int count() default 0;
}
