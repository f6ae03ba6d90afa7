package dev.cohortium.table;

import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One customer who was erased, and who is left out of whatever is delivered afterwards. */
public final class Forgotten {
  public static final String CUSTOMER_HASH = "customer_hash";
  public static final String FORGOTTEN_AT = "forgotten_at";

  public static final Table TABLE =
      Table.in(
              Layer.SYSTEM,
              "forgotten",
              "One customer who was erased, and who is left out of whatever is delivered afterwards.")
          .key(CUSTOMER_HASH)
          .with(
              required(
                      CUSTOMER_HASH, STRING, "SHA-256 of the customer's id, in hexadecimal digits.")
                  .personal(),
              required(FORGOTTEN_AT, TIMESTAMP, "When the customer was erased."))
          .build();

  private Forgotten() {}
}
