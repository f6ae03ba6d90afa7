/**
 * What the jobs cost on generated receipts, beside DuckDB; run by {@code bin/benchmark}, never by a
 * test.
 */
package dev.cohortium.benchmark;
