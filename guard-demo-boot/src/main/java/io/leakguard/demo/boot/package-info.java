/** Runs the application of {@code com.acme.shop} and checks the guard's findings. */
@NullMarked
package io.leakguard.demo.boot;

import org.jspecify.annotations.NullMarked;
