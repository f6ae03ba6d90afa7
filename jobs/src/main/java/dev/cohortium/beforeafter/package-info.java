/**
 * Members before and after joining, net of the same change among others (methods.md 7): the pass
 * over customers, the event studies made of its sums, how far they can be trusted, and their
 * tables.
 */
package dev.cohortium.beforeafter;
