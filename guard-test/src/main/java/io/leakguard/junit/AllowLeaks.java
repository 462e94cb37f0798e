package io.leakguard.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Accepts a known leak, with the reason why. Allowances of a test, its class, the classes that it extends and those that
 * it is nested in add up. One that no leak of the whole run needed is told at its end.
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
     * Says which kinds are accepted.
     *
     * @return a kind's name like {@code jdbc.connection}, or of what a test leaves behind in the process {@code
     *     descriptor.file}, {@code descriptor.socket}, {@code descriptor.pipe}, {@code descriptor.selector}, {@code
     *     descriptor.other}, {@code thread}, {@code thread.daemon}, {@code process}, {@code temp.file}, {@code
     *     temp.folder} or {@code state.property}; {@code *} stands for any characters
     */
    String kind() default "*";

    /**
     * Says where they may be opened.
     *
     * @return a pattern that one frame of the creation stack must match, {@code com.acme.OrderDao.find}; of a descriptor
     *     the path or address that it leads to, of a thread its name; {@code *} stands for any characters
     */
    String site() default "*";

    /**
     * Says why the leak is accepted.
     *
     * @return the reason, not blank
     */
    String reason();

    /**
     * Says where it is tracked.
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
