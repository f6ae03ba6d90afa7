package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.AMOUNT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One answer to one survey question. */
public final class Surveys {
  public static final String RESPONSE_ID = "response_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String ANSWERED_AT = "answered_at";
  public static final String QUESTION = "question";
  public static final String SCORE = "score";
  public static final String TOUCHPOINT = "touchpoint";
  public static final String BRAND = "brand";
  public static final String DELIVERED_AT = "delivered_at";
  public static final String DELIVERY = Deliveries.DELIVERY;

  public static final Table TABLE =
      Table.in(Layer.CLEAN, "surveys", "One answer to one survey question.")
          .key(RESPONSE_ID)
          .with(
              required(RESPONSE_ID, STRING, "The answer."),
              optional(CUSTOMER_ID, STRING, "Who answered; null: unknown.").personal(),
              required(ANSWERED_AT, TIMESTAMP, "When it was answered."),
              required(
                  QUESTION,
                  STRING,
                  "nps, csi:ASPECT, servqual:DIMENSION:expected or servqual:DIMENSION:perceived."),
              required(SCORE, AMOUNT, "The answer on the question's scale (nps: 0 to 10)."),
              optional(TOUCHPOINT, STRING, "Where the customer was asked."),
              optional(BRAND, STRING, "The brand asked about; null: the own one."),
              required(
                  DELIVERED_AT,
                  TIMESTAMP,
                  "When the source delivered the row: what its mapping says, else the file's modification time (for a database: when it was read)."),
              required(
                  DELIVERY, LONG, "Number of the delivery that brought the row, as in deliveries."))
          .rule(
              "question rlike '^(nps|csi:[^:]+|servqual:[^:]+:(expected|perceived))$'",
              "question is none of nps, csi:ASPECT, servqual:DIMENSION:expected, servqual:DIMENSION:perceived")
          .rule(
              "question <> 'nps' or (score between 0 and 10 and score = floor(score))",
              "an nps score is not a whole number from 0 to 10")
          .build();

  private Surveys() {}
}
