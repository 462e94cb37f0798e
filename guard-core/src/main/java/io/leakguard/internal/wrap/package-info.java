/**
 * The wrappers. Each is the handle of one resource, forwards every method to it, and stays reachable during a call. Not
 * API.
 */
@NullMarked
package io.leakguard.internal.wrap;

import org.jspecify.annotations.NullMarked;
