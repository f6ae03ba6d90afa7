/**
 * The panel: receipts summed into customer-months, store-months and joinings, from which every mart
 * and comparison is made.
 */
package dev.cohortium.panel;
