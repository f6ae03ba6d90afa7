/**
 * Sources to clean tables: every delivered row ends in its table, in quarantine with its reasons,
 * or in a count.
 */
package dev.cohortium.ingest;
