/**
 * What every comparison shares: effects with their checks, grades and families (methods.md 9, 10).
 */
package dev.cohortium.evidence;
