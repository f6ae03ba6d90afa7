/**
 * The contracts: what a row of each table means, its key, and every column with its type, unit and
 * sentence, declared once; {@link dev.cohortium.table.Catalogue} lists them.
 */
package dev.cohortium.table;
