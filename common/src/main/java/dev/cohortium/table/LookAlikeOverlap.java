package dev.cohortium.table;

import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/** One bar of the histogram of the propensity score by role. */
public final class LookAlikeOverlap {
  public static final String PROGRAM_ID = "program_id";
  public static final String ROLE = "role";
  public static final String BIN = "bin";
  public static final String SCORE_FROM = "score_from";
  public static final String SCORE_TO = "score_to";
  public static final String OPPORTUNITIES = "opportunities";
  public static final String SHARE = "share";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "look_alike_overlap",
              "One bar of the histogram of the propensity score's logit, of one role.")
          .key(PROGRAM_ID, ROLE, BIN)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(
                      ROLE,
                      STRING,
                      "member (all with a history), matched_member, candidate or look_alike (matched).")
                  .oneOf("member", "matched_member", "candidate", "look_alike"),
              required(BIN, INT, "The bar, from the lowest scores on."),
              required(SCORE_FROM, DOUBLE, "Lowest logit of the bar, inclusive."),
              required(SCORE_TO, DOUBLE, "Highest logit of the bar, exclusive but for the last."),
              required(OPPORTUNITIES, LONG, "Opportunities to join in the bar."),
              required(SHARE, DOUBLE, "Of the role's."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private LookAlikeOverlap() {}
}
