/**
 * Worlds whose truth is known: a made-up retailer's customers, each simulated alone, as files that
 * jobs read and as the effect that they ought to find.
 */
package dev.cohortium.world;
