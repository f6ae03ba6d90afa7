/**
 * Runs jobs: contracts held against Datasets, the warehouse's Delta tables, publication and the run
 * ledger.
 */
package dev.cohortium.runtime;
