package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.AMOUNT_SUM;
import static dev.cohortium.table.ColumnType.BOOLEAN;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/**
 * One monthly cohort of a segment at one age, with its money; every age that is complete at as_of
 * has a row.
 */
public final class CohortValue {
  public static final String COHORT_BY = "cohort_by";
  public static final String GRANULARITY = "granularity";
  public static final String SEGMENT_BY = "segment_by";
  public static final String SEGMENT = "segment";
  public static final String COHORT = "cohort";
  public static final String AGE = "age";
  public static final String COHORT_SIZE = "cohort_size";
  public static final String ORDERS = "orders";
  public static final String NET_REVENUE = "net_revenue";
  public static final String MARGIN = "margin";
  public static final String NET_REVENUE_PER_CUSTOMER = "net_revenue_per_customer";
  public static final String CUMULATIVE_NET_REVENUE_PER_CUSTOMER =
      "cumulative_net_revenue_per_customer";
  public static final String CUMULATIVE_MARGIN_PER_CUSTOMER = "cumulative_margin_per_customer";
  public static final String AVERAGE_RECEIPT = "average_receipt";
  public static final String ORDERS_PER_ACTIVE = "orders_per_active";
  public static final String NET_REVENUE_RETENTION = "net_revenue_retention";
  public static final String SUPPRESSED = "suppressed";
  public static final String AS_OF = "as_of";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "cohort_value",
              "One monthly cohort of a segment at one age, with its money; every age that is complete at as_of has a row.")
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
                  ORDERS, LONG, "Their orders (receipts with a net amount above 0) at this age."),
              optional(
                  NET_REVENUE,
                  AMOUNT_SUM,
                  "Their net revenue at this age, returns taken off, in the study's currency."),
              optional(
                  MARGIN, AMOUNT_SUM, "Their margin at this age; null where no cost is known."),
              optional(NET_REVENUE_PER_CUSTOMER, DOUBLE, "net_revenue / cohort_size."),
              optional(
                  CUMULATIVE_NET_REVENUE_PER_CUSTOMER,
                  DOUBLE,
                  "Net revenue of ages 0 to this one / cohort_size."),
              optional(
                  CUMULATIVE_MARGIN_PER_CUSTOMER,
                  DOUBLE,
                  "Margin of ages 0 to this one / cohort_size; null where no cost is known."),
              optional(AVERAGE_RECEIPT, DOUBLE, "net_revenue / orders; null without orders."),
              optional(
                  ORDERS_PER_ACTIVE,
                  DOUBLE,
                  "orders / customers with an order at this age; null without any."),
              optional(
                  NET_REVENUE_RETENTION,
                  DOUBLE,
                  "net_revenue / net revenue of age 0; null where that is not above 0."),
              required(
                  SUPPRESSED,
                  BOOLEAN,
                  "Whether the measures are withheld because the cohort is smaller than privacy.smallest-cell, or would tell one that is."),
              required(AS_OF, DATE, "Last day of the last month that was used."))
          .build();

  private CohortValue() {}
}
