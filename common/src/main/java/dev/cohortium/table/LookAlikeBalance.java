package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.BOOLEAN;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/** One covariate of the look-alike comparison in one year of joining. */
public final class LookAlikeBalance {
  public static final String PROGRAM_ID = "program_id";
  public static final String COVARIATE = "covariate";
  public static final String JOINING_YEAR = "joining_year";
  public static final String MEMBERS = "members";
  public static final String MEAN_TREATED = "mean_treated";
  public static final String MEAN_CONTROL_BEFORE = "mean_control_before";
  public static final String MEAN_CONTROL_AFTER = "mean_control_after";
  public static final String SMD_BEFORE = "smd_before";
  public static final String SMD_AFTER = "smd_after";
  public static final String VARIANCE_RATIO = "variance_ratio";
  public static final String KS = "ks";
  public static final String THRESHOLD = "threshold";
  public static final String PASSED = "passed";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "look_alike_balance",
              "One covariate of members and their look-alikes, in one year of joining or in all.")
          .key(PROGRAM_ID, COVARIATE, JOINING_YEAR)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(COVARIATE, STRING, "The covariate, of the months before joining."),
              required(JOINING_YEAR, STRING, "Year of joining, or all."),
              required(MEMBERS, LONG, "Matched members."),
              optional(MEAN_TREATED, DOUBLE, "Mean of the matched members."),
              optional(MEAN_CONTROL_BEFORE, DOUBLE, "Mean of all candidates before matching."),
              optional(MEAN_CONTROL_AFTER, DOUBLE, "Mean of the matched look-alikes."),
              optional(
                  SMD_BEFORE,
                  DOUBLE,
                  "Difference of means before matching, in standard deviations of the members before matching; null where these do not vary but the means differ."),
              optional(SMD_AFTER, DOUBLE, "The same after matching, in the same unit."),
              optional(
                  VARIANCE_RATIO,
                  DOUBLE,
                  "Variance of the matched members over that of their look-alikes; null for a covariate of 0 and 1."),
              optional(
                  KS,
                  DOUBLE,
                  "Greatest distance of the two distribution functions after matching."),
              required(THRESHOLD, DOUBLE, "What smd_after has to lie below, either sign."),
              optional(
                  PASSED,
                  BOOLEAN,
                  "Whether |smd_after| is below the threshold and the variance ratio between 0.5 and 2; null: too few to judge."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private LookAlikeBalance() {}
}
