package io.leakguard.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Accepts a known leak, with a reason. The allowances of a test, its class, the class's superclasses and its enclosing
 * classes add up. The end of the run names an allowance that no leak needed.
 *
 * {@snippet :
 * @AllowLeaks(kind = "socket*", site = "org.legacy.*", reason = "vendor code, replaced in 3.0", issue = "ACME-12")
 * }
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Repeatable(AllowLeaks.All.class)
public @interface AllowLeaks {

    /**
     * Selects the accepted kinds.
     *
     * @return a kind's name like {@code jdbc.connection}, or the name of something that a test leaves in the process:
     *     {@code descriptor.file}, {@code descriptor.socket}, {@code descriptor.pipe}, {@code descriptor.selector}, {@code
     *     descriptor.other}, {@code thread}, {@code thread.daemon}, {@code process}, {@code temp.file}, {@code temp.folder}
     *     or {@code state.property}; {@code *} stands for any characters
     */
    String kind() default "*";

    /**
     * Selects the places where they are opened.
     *
     * @return a pattern that one frame of the creation stack must match, {@code com.acme.OrderDao.find}; for a
     *     descriptor, its path or address; for a thread, its name; {@code *} stands for any characters
     */
    String site() default "*";

    /**
     * Gives the reason.
     *
     * @return the reason, not blank
     */
    String reason();

    /**
     * Names the issue that tracks the leak.
     *
     * @return an issue's key or address; empty for none
     */
    String issue() default "";

    /** Holds several allowances. */
    @Documented
    @Inherited
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.TYPE, ElementType.METHOD})
    @interface All {
        /**
         * Returns the allowances.
         *
         * @return the allowances
         */
        AllowLeaks[] value();
    }
}
