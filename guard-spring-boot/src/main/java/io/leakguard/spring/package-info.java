/**
 * The guard of a Spring Boot application. It is made from the settings before the context, and integrated with the libraries on the
 * class path. Applications call nothing here.
 */
@NullMarked
package io.leakguard.spring;

import org.jspecify.annotations.NullMarked;
