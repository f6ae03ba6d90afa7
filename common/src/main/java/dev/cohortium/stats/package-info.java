/**
 * Statistics in plain Java: estimators over counts and sums, free of Spark. Arguments that cannot
 * be are refused with IllegalArgumentException.
 */
package dev.cohortium.stats;
