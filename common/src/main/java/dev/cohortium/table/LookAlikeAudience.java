package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.BOOLEAN;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.STRING;

/** One customer who is not a member, with the chance of joining and what joining would bring. */
public final class LookAlikeAudience {
  public static final String PROGRAM_ID = "program_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String SCORE = "score";
  public static final String DECILE = "decile";
  public static final String SEGMENT = "segment";
  public static final String EXPECTED_UPLIFT = "expected_uplift";
  public static final String EXPECTED_MARGIN = "expected_margin";
  public static final String SUPPORTED = "supported";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "look_alike_audience",
              "One customer who is not a member of the programme as of the last month.")
          .key(PROGRAM_ID, CUSTOMER_ID)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(CUSTOMER_ID, STRING, "The customer.").personal(),
              optional(
                  SCORE,
                  DOUBLE,
                  "How much the customer is like those who join: the part of the propensity score's logit that comes from what describes the customer up to as_of; null where there is no history to tell by."),
              optional(
                  DECILE, INT, "1: the tenth most like those who join, to 10; null: no score."),
              required(
                  SEGMENT, STRING, "The exact segment whose effect is expected; all: no segment."),
              optional(
                  EXPECTED_UPLIFT,
                  DOUBLE,
                  "Effect of joining on net revenue per month that was measured in the segment; null: not measured."),
              optional(EXPECTED_MARGIN, DOUBLE, "The same of margin; null where no cost is known."),
              required(
                  SUPPORTED,
                  BOOLEAN,
                  "Whether matched members of such a score exist in the segment; false: nothing is known of such customers."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private LookAlikeAudience() {}
}
