/**
 * LeakGuard for JUnit Jupiter: a test that leaks fails, and only that test.
 *
 * <p>{@link LeakGuarded} or JUnit's extension auto-detection registers the {@link LeakGuardExtension}. It runs every
 * test in a scope of its own and checks the resources that are open at its end. {@link AllowLeaks} accepts a known
 * leak, {@link ExpectLeaks} demands one, {@link LeakAssertions} checks a block of code, {@link TestScope} hands a
 * resource to the class or the suite, {@link LeakMode} sets the effect of a leak, and a {@link LeakParticipant} lets an
 * adapter take part. {@code docs/testing.md} lists the settings.
 */
@NullMarked
package io.leakguard.junit;

import org.jspecify.annotations.NullMarked;
