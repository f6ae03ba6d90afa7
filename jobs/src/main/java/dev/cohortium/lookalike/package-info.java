/**
 * The look-alike comparison (methods.md 5): members against the customers they would otherwise have
 * been. {@link dev.cohortium.lookalike.LookAlikeJob} finds who could have joined at the same order
 * of the same month and did not, matches members with them, and measures what joining changed.
 *
 * <p>The panel crosses the network once, by customer; what follows are sweeps over customers'
 * histories, each of which finds the same opportunities anew: their cost is a fraction of moving
 * them.
 */
package dev.cohortium.lookalike;
