package io.leakguard.telemetry;

import java.io.IOException;

/**
 * A guard as JMX shows it. Counts are since the last {@link #reset()}, except {@link #getOpen()}.
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
     * Returns how many resources were opened.
     *
     * @return the count
     */
    long getOpened();

    /**
     * Returns how many were closed properly.
     *
     * @return the count
     */
    long getClosed();

    /**
     * Returns how many were garbage-collected while open.
     *
     * @return the count
     */
    long getCollected();

    /**
     * Returns how many are open now.
     *
     * @return the count
     */
    long getOpen();

    /**
     * Returns how many proven leaks were found.
     *
     * @return the count
     */
    long getLeaked();

    /**
     * Returns how many creation stacks were captured.
     *
     * @return the count
     */
    long getCaptured();

    /**
     * Returns how many reports were made; one can stand for many leaks of a site.
     *
     * @return the count
     */
    long getReported();

    /**
     * Returns how many leaks a suppression matched.
     *
     * @return the count
     */
    long getSuppressed();

    /**
     * Returns how many reports were lost.
     *
     * @return the count
     */
    long getDropped();

    /**
     * Returns how many calls of listeners and context providers threw.
     *
     * @return the count
     */
    long getListenerFailures();

    /**
     * Returns how often the guard itself failed.
     *
     * @return the count; zero unless something is wrong with the guard
     */
    long getInternalErrors();

    /**
     * Returns how many creation stacks are captured.
     *
     * @return {@code unlimited}, {@code none}, or a rate like {@code 2000/s}
     */
    String getCapture();

    /**
     * Changes how many creation stacks are captured from now on.
     *
     * @param capture {@code unlimited}, {@code none}, or a rate like {@code 2000/s}
     * @throws IllegalArgumentException if it is something else
     */
    void setCapture(String capture);

    /**
     * Returns {@code UP}, {@code DEGRADED} or {@code DOWN}, as {@link LeakGuardHealth} has it with its defaults.
     *
     * @return the status
     */
    String getHealth();

    /**
     * Returns what is open now, grouped by the line that opened it.
     *
     * @return several lines of text
     */
    String openResources();

    /**
     * Returns what leaked, by site, most first.
     *
     * @return several lines of text
     */
    String leaks();

    /**
     * Returns health, with reasons and figures.
     *
     * @return several lines of text
     */
    String health();

    /**
     * Writes the page with what leaked and what is open to a file of this machine.
     *
     * @param file the path of a file that ends in {@code .html}; one that is there is replaced
     * @throws IllegalArgumentException if it ends otherwise
     * @throws IOException if it can't be written
     */
    void writeReport(String file) throws IOException;

    /** Starts the counts here at zero, and forgets the sites: the next leak of each is reported at once. */
    void reset();
}
