package dev.cohortium.lookalike;

import dev.cohortium.lookalike.Comparisons.Found;
import dev.cohortium.lookalike.Comparisons.Place;
import dev.cohortium.lookalike.Opportunities.Measured;
import java.util.List;
import java.util.Map;

/**
 * What the comparison of a programme found.
 *
 * @param compared by place: all methods
 * @param placebo by place: the matched in a month before those by which they were matched
 * @param naive by place and window
 * @param metrics that were measured
 * @param surveys of the scores, by group
 * @param likeness by year of joining, or all
 * @param attrition members by what became of them
 * @param members of the programme
 * @param usedUp by place: share of the matched members in whose stratum nearly all candidates were
 *     taken
 * @param withoutMargin share of the customers with a month whose margin is not known
 * @param places that are measured, and those that are too small
 * @param weighing of the units
 */
record Findings(
    Map<Place, Found> compared,
    Map<Place, Found> placebo,
    Map<Place, Found> naive,
    List<Measured> metrics,
    Map<String, Survey> surveys,
    Map<String, Likeness> likeness,
    Map<Attrition, Long> attrition,
    long members,
    Map<Place, Double> usedUp,
    double withoutMargin,
    Parts.Places places,
    Weighing weighing) {}
