/**
 * What every comparison shares: effects with their checks, grades and families (methods.md 9, 10),
 * and the pass over customers that sums.
 */
package dev.cohortium.evidence;
