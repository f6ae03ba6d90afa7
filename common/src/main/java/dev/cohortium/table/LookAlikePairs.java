package dev.cohortium.table;

import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.STRING;

/** One member or look-alike of a matched set. */
public final class LookAlikePairs {
  public static final String PROGRAM_ID = "program_id";
  public static final String MATCHED_SET = "matched_set";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String ROLE = "role";
  public static final String JOINING_MONTH = "joining_month";
  public static final String JOINING_ORDER = "joining_order";
  public static final String SCORE = "score";
  public static final String DISTANCE = "distance";
  public static final String WEIGHT = "weight";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "look_alike_pairs",
              "One customer of a matched set: the member, or one of its look-alikes.")
          .key(PROGRAM_ID, MATCHED_SET, CUSTOMER_ID)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(MATCHED_SET, STRING, "Names the set, the same in every run."),
              required(CUSTOMER_ID, STRING, "The customer.").personal(),
              required(ROLE, STRING, "member or look_alike.").oneOf("member", "look_alike"),
              required(JOINING_MONTH, DATE, "First day of the month in which the member joined."),
              required(
                  JOINING_ORDER,
                  INT,
                  "At which order of that month the set stands: the member's last until joining. The last that is told apart stands for later ones, too; 0: joining takes no order."),
              required(SCORE, DOUBLE, "Logit of the propensity score."),
              required(DISTANCE, DOUBLE, "From the member's score, in logits; 0 of the member."),
              required(
                  WEIGHT, DOUBLE, "1 of the member, 1 / look-alikes of the set of each of them."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .published(Table.Publication.ON_REQUEST)
          .build();

  private LookAlikePairs() {}
}
