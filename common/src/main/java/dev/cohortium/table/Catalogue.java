package dev.cohortium.table;

import java.util.List;
import java.util.Optional;

/** All tables, in the order in which data moves. */
public final class Catalogue {
  public static final List<Table> ALL =
      List.of(
          Transactions.TABLE,
          Customers.TABLE,
          Enrolments.TABLE,
          Rewards.TABLE,
          Assignments.TABLE,
          Exposures.TABLE,
          Surveys.TABLE,
          Stores.TABLE,
          Quarantine.TABLE,
          CustomerMonths.TABLE,
          ReceiptMonths.TABLE,
          Joinings.TABLE,
          CohortRetention.TABLE,
          CohortValue.TABLE,
          CohortAverage.TABLE,
          Effects.TABLE,
          EffectChecks.TABLE,
          LookAlikeBalance.TABLE,
          LookAlikeAttrition.TABLE,
          LookAlikePairs.TABLE,
          LookAlikeAudience.TABLE,
          LookAlikeOverlap.TABLE,
          Linkability.TABLE,
          ControlGroupDesign.TABLE,
          ControlGroupAssignments.TABLE,
          ControlGroupChecks.TABLE,
          ControlGroupPaths.TABLE,
          EventStudyMonths.TABLE,
          GroupTimes.TABLE,
          BeforeAfterAggregates.TABLE,
          BeforeAfterPaths.TABLE,
          PreTrends.TABLE,
          Runs.TABLE,
          RunCounts.TABLE,
          Deliveries.TABLE,
          Forgotten.TABLE);

  private Catalogue() {}

  /** The tables of one layer, in order. */
  public static List<Table> in(Layer layer) {
    return ALL.stream().filter(t -> t.layer() == layer).toList();
  }

  public static Optional<Table> find(String name) {
    return ALL.stream().filter(t -> t.name().equals(name)).findFirst();
  }
}
