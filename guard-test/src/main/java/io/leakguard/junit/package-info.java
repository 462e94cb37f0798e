/**
 * LeakGuard for JUnit Jupiter: the test that leaks fails, and only that test.
 *
 * <p>{@link LeakGuarded} or JUnit's extension auto-detection registers the {@link LeakGuardExtension}, which runs every
 * test in a scope of its own and looks at what is still open when the test has ended. {@link AllowLeaks} accepts a known
 * leak, {@link ExpectLeaks} demands one, {@link LeakAssertions} checks a block of code, {@link TestScope} hands a resource
 * to the class or the suite, {@link LeakMode} says what a leak does, and a {@link LeakParticipant} lets an adapter take
 * part. {@code docs/testing.md} has the settings.
 */
@NullMarked
package io.leakguard.junit;

import org.jspecify.annotations.NullMarked;
