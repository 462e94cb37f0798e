/** Writes the classes that forward every method of a JDBC interface. Runs in the build of guard-jdbc only. */
package io.leakguard.generator;
