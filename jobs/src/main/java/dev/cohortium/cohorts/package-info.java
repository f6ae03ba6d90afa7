/**
 * Cohorts (methods.md 1): who came together, who of them still buys at each age, and what they are
 * worth. {@link dev.cohortium.cohorts.CohortsJob} makes {@code cohort_retention}, {@code
 * cohort_value} and {@code cohort_average} of the panel.
 */
package dev.cohortium.cohorts;
