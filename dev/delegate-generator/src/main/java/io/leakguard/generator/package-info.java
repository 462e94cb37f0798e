/** Writes the classes that forward the methods of a type to an object of that type. Runs in the build of guard-core and guard-jdbc only. */
package io.leakguard.generator;
