/**
 * Pages for people: a guard's leaks, its open resources and their history, as one HTML file.
 *
 * <p>{@link io.leakguard.report.HtmlReport} is the page: made from a guard, written to a file or served by the daemon's
 * own server. {@link io.leakguard.report.HtmlReport.Recorder} keeps the history for the page's timeline. Nothing here
 * listens on a port or loads anything from the network.
 */
@NullMarked
package io.leakguard.report;

import org.jspecify.annotations.NullMarked;
