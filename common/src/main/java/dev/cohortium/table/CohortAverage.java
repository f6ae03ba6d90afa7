package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/**
 * One age over all cohorts of a segment that are old enough, pooled (weighted by size); cells that
 * cohort_retention withholds are left out.
 */
public final class CohortAverage {
  public static final String COHORT_BY = "cohort_by";
  public static final String GRANULARITY = "granularity";
  public static final String SEGMENT_BY = "segment_by";
  public static final String SEGMENT = "segment";
  public static final String AGE = "age";
  public static final String COHORTS = "cohorts";
  public static final String CUSTOMERS = "customers";
  public static final String RETAINED_RATE = "retained_rate";
  public static final String RETAINED_LOW = "retained_low";
  public static final String RETAINED_HIGH = "retained_high";
  public static final String ROLLING_RATE = "rolling_rate";
  public static final String AS_OF = "as_of";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "cohort_average",
              "One age over all cohorts of a segment that are old enough, pooled (weighted by size); cells that cohort_retention withholds are left out.")
          .key(COHORT_BY, GRANULARITY, SEGMENT_BY, SEGMENT, AGE)
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
              required(AGE, INT, "Periods since the cohort's; 0 is the cohort's own."),
              required(COHORTS, LONG, "Cohorts that reached this age."),
              optional(CUSTOMERS, LONG, "Customers of those cohorts."),
              optional(
                  RETAINED_RATE, DOUBLE, "Share of those customers with an order at this age."),
              optional(RETAINED_LOW, DOUBLE, "Lower 95 % Wilson limit of retained_rate."),
              optional(RETAINED_HIGH, DOUBLE, "Upper 95 % Wilson limit of retained_rate."),
              optional(
                  ROLLING_RATE,
                  DOUBLE,
                  "Share with an order at this age or in the inactive-months - 1 periods after it, over the cohorts where all are complete."),
              required(AS_OF, DATE, "Last day of the last month that was used."))
          .build();

  private CohortAverage() {}
}
