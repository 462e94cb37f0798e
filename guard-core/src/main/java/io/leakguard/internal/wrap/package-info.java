/**
 * The wrappers: each is the handle of one resource, forwards every method to it, and stays reachable while a call is
 * in it. Not API.
 */
@NullMarked
package io.leakguard.internal.wrap;

import org.jspecify.annotations.NullMarked;
