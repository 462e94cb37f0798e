/**
 * The guard of a Spring Boot application: made from the settings before the context, and
 * given what the class path has. Nothing here is to be called.
 */
@NullMarked
package io.leakguard.spring;

import org.jspecify.annotations.NullMarked;
