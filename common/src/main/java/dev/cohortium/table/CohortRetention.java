package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.BOOLEAN;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/** One cohort of a segment at one age; every age that is complete at as_of has a row. */
public final class CohortRetention {
  public static final String COHORT_BY = "cohort_by";
  public static final String GRANULARITY = "granularity";
  public static final String SEGMENT_BY = "segment_by";
  public static final String SEGMENT = "segment";
  public static final String COHORT = "cohort";
  public static final String AGE = "age";
  public static final String COHORT_SIZE = "cohort_size";
  public static final String ACTIVE = "active";
  public static final String RETAINED_RATE = "retained_rate";
  public static final String RETAINED_LOW = "retained_low";
  public static final String RETAINED_HIGH = "retained_high";
  public static final String ROLLING = "rolling";
  public static final String ROLLING_RATE = "rolling_rate";
  public static final String CHURNED = "churned";
  public static final String REACTIVATED = "reactivated";
  public static final String SUPPRESSED = "suppressed";
  public static final String AS_OF = "as_of";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "cohort_retention",
              "One cohort of a segment at one age; every age that is complete at as_of has a row.")
          .key(COHORT_BY, GRANULARITY, SEGMENT_BY, SEGMENT, COHORT, AGE)
          .with(
              required(
                  COHORT_BY,
                  STRING,
                  "What makes the cohort: first_purchase (month of the first order) or enrolment (month of joining; who joined before the first receipts is left out)."),
              required(GRANULARITY, STRING, "Length of a period: month, week (ISO) or day."),
              required(SEGMENT_BY, STRING, "Name of the study's segment, or all."),
              required(
                  SEGMENT,
                  STRING,
                  "Value of the segment, or all; unknown where the customer has none."),
              required(COHORT, DATE, "First day of the period that makes the cohort."),
              required(AGE, INT, "Periods since the cohort's; 0 is the cohort's own."),
              optional(COHORT_SIZE, LONG, "Customers of the cohort."),
              optional(
                  ACTIVE,
                  LONG,
                  "Those with an order (a receipt with a net amount above 0) at this age."),
              optional(RETAINED_RATE, DOUBLE, "active / cohort_size."),
              optional(RETAINED_LOW, DOUBLE, "Lower 95 % Wilson limit of retained_rate."),
              optional(RETAINED_HIGH, DOUBLE, "Upper 95 % Wilson limit of retained_rate."),
              optional(
                  ROLLING,
                  LONG,
                  "Customers with an order at this age or in the inactive-months - 1 periods after it; null until all are complete."),
              optional(ROLLING_RATE, DOUBLE, "rolling / cohort_size."),
              optional(
                  CHURNED,
                  LONG,
                  "Customers without an order in the last inactive-months periods up to this age; null until the cohort is that old."),
              optional(
                  REACTIVATED,
                  LONG,
                  "Customers with an order at this age after at least inactive-months periods without; null until the cohort is older than that."),
              required(
                  SUPPRESSED,
                  BOOLEAN,
                  "Whether the measures are withheld because the cohort is smaller than privacy.smallest-cell, or would tell one that is."),
              required(AS_OF, DATE, "Last day of the last month that was used."))
          .build();

  private CohortRetention() {}
}
