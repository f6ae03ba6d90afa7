package dev.cohortium.lookalike;

import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.lookalike.Comparisons.Found;
import dev.cohortium.lookalike.Comparisons.Place;
import java.util.List;
import java.util.Map;

/**
 * What the comparison of a programme found.
 *
 * @param compared by place: all methods
 * @param balanced by place: the matched whose longest horizon is complete, levels and changes
 * @param placebo by place: everybody in months before those by which they are compared
 * @param naive by place and window
 * @param metrics that were measured
 * @param surveys of the scores, by group
 * @param balances of the covariates
 * @param pairs in which nobody stands elsewhere, of the headline's metric
 * @param linking of receipts to customers
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
    Map<Place, Found> balanced,
    Map<Place, Found> placebo,
    Map<Place, Found> naive,
    List<Measured> metrics,
    Map<String, Survey> surveys,
    Balances balances,
    Pairs pairs,
    Linking linking,
    Map<Attrition, Lost> attrition,
    long members,
    Map<Place, Double> usedUp,
    double withoutMargin,
    Parts.Places places,
    Weighing weighing) {

  /** The place of a metric among those measured, as it is. */
  int place(Metric metric) {
    for (int place = 0; place < metrics.size(); place++) {
      Measured measured = metrics.get(place);
      if (measured.metric() == metric && measured.variant().equals(Measured.RAW)) {
        return place;
      }
    }
    throw new IllegalStateException(metric + " is not measured");
  }

  /**
   * Members of one kind.
   *
   * @param known of them: those whose months before joining are known
   * @param spend summed over these: net revenue per month before joining
   * @param orders summed over these: orders per month
   */
  record Lost(long members, long known, double spend, double orders)
      implements java.io.Serializable {
    static final Lost NOBODY = new Lost(0, 0, 0, 0);

    Lost minus(Lost other) {
      return new Lost(
          members - other.members, known - other.known, spend - other.spend, orders - other.orders);
    }

    Lost plus(Lost other) {
      return new Lost(
          members + other.members, known + other.known, spend + other.spend, orders + other.orders);
    }
  }
}
