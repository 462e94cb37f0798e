/** Runs the application of {@code com.acme.shop} and checks what the guard finds in it. */
@NullMarked
package io.leakguard.demo.boot;

import org.jspecify.annotations.NullMarked;
