package io.leakguard.telemetry;

import java.io.IOException;

/**
 * A guard as a JMX bean. Counts are since the last {@link #reset()}, except {@link #getOpen()}.
 *
 * @see LeakGuardJmx
 */
public interface LeakGuardMXBean {

    /**
     * Returns the guard's name.
     *
     * @return the name
     */
    String getName();

    /**
     * Tells whether the guard tracks anything.
     *
     * @return false if it is disabled or closed
     */
    boolean isEnabled();

    /**
     * Returns the number of opened resources.
     *
     * @return the count
     */
    long getOpened();

    /**
     * Returns the number of properly closed resources.
     *
     * @return the count
     */
    long getClosed();

    /**
     * Returns the number of resources that were garbage-collected while open.
     *
     * @return the count
     */
    long getCollected();

    /**
     * Returns the number of resources that are open now.
     *
     * @return the count
     */
    long getOpen();

    /**
     * Returns the number of proven leaks.
     *
     * @return the count
     */
    long getLeaked();

    /**
     * Returns the number of captured creation stacks.
     *
     * @return the count
     */
    long getCaptured();

    /**
     * Returns the number of reports. One report can stand for many leaks of a site.
     *
     * @return the count
     */
    long getReported();

    /**
     * Returns the number of leaks that a suppression matched.
     *
     * @return the count
     */
    long getSuppressed();

    /**
     * Returns the number of lost reports.
     *
     * @return the count
     */
    long getDropped();

    /**
     * Returns the number of calls of listeners and context providers that threw.
     *
     * @return the count
     */
    long getListenerFailures();

    /**
     * Returns the number of failures of the guard itself.
     *
     * @return the count; zero unless the guard has a fault
     */
    long getInternalErrors();

    /**
     * Returns the capture budget: the number of creation stacks that are captured.
     *
     * @return {@code unlimited}, {@code none}, or a rate like {@code 2000/s}
     */
    String getCapture();

    /**
     * Changes the number of creation stacks that are captured from now on.
     *
     * @param capture {@code unlimited}, {@code none}, or a rate like {@code 2000/s}
     * @throws IllegalArgumentException if the text is anything else
     */
    void setCapture(String capture);

    /**
     * Returns {@code UP}, {@code DEGRADED} or {@code DOWN}, by {@link LeakGuardHealth} with its defaults.
     *
     * @return the status
     */
    String getHealth();

    /**
     * Returns the resources that are open now, grouped by the line that opened them.
     *
     * @return several lines of text
     */
    String openResources();

    /**
     * Returns the leaks so far, by site, most first.
     *
     * @return several lines of text
     */
    String leaks();

    /**
     * Returns the health, with reasons and figures.
     *
     * @return several lines of text
     */
    String health();

    /**
     * Writes the page with leaks and open resources to a file of this machine.
     *
     * @param file the path of a file that ends in {@code .html}; an existing one is replaced
     * @throws IllegalArgumentException if it has another ending
     * @throws IOException if it can't be written
     */
    void writeReport(String file) throws IOException;

    /** Sets the counts of this bean to zero, and forgets the sites: the next leak of each is reported at once. */
    void reset();
}
