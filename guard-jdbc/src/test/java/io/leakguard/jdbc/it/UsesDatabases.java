package io.leakguard.jdbc.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Has the databases of a test class run before it is looked at what the class leaves behind. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface UsesDatabases {

    /** Which; none for all. */
    Database[] value() default {};

    /**
     * Why drivers' connections are open when the class has ended: a test of what is found when a program leaks them can't
     * close them. They are closed for it then.
     */
    String leaksConnections() default "";
}
