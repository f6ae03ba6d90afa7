package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/** One reason for which members are or are not compared. */
public final class LookAlikeAttrition {
  public static final String PROGRAM_ID = "program_id";
  public static final String STEP = "step";
  public static final String REASON = "reason";
  public static final String MEMBERS = "members";
  public static final String SHARE = "share";
  public static final String PRE_SPEND = "pre_spend";
  public static final String PRE_ORDERS = "pre_orders";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "look_alike_attrition",
              "One reason for which members are, or are not, compared with look-alikes; each member is in one row.")
          .key(PROGRAM_ID, REASON)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(
                  STEP, INT, "Order of the step at which they were lost; the last are compared."),
              required(REASON, STRING, "Why they are not compared, or matched."),
              required(MEMBERS, LONG, "Members."),
              required(SHARE, DOUBLE, "Of all members of the programme."),
              optional(
                  PRE_SPEND,
                  DOUBLE,
                  "Their mean net revenue per month before joining, of the months that describe them; null where none is known, or of fewer than privacy.smallest-cell."),
              optional(PRE_ORDERS, DOUBLE, "Their mean orders per month before joining."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private LookAlikeAttrition() {}
}
