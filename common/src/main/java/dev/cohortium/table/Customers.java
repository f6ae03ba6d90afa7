package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TEXT_MAP;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One customer as last delivered. */
public final class Customers {
  public static final String CUSTOMER_ID = "customer_id";
  public static final String REGISTERED_AT = "registered_at";
  public static final String BIRTH_YEAR = "birth_year";
  public static final String GENDER = "gender";
  public static final String INCOME_BAND = "income_band";
  public static final String EDUCATION = "education";
  public static final String REGION = "region";
  public static final String CITY = "city";
  public static final String ATTRIBUTES = "attributes";
  public static final String DELIVERED_AT = "delivered_at";
  public static final String DELIVERY = Deliveries.DELIVERY;

  public static final Table TABLE =
      Table.in(Layer.CLEAN, "customers", "One customer as last delivered.")
          .key(CUSTOMER_ID)
          .with(
              required(CUSTOMER_ID, STRING, "The customer.").personal(),
              optional(REGISTERED_AT, TIMESTAMP, "When the customer became known."),
              optional(BIRTH_YEAR, INT, "Year of birth.").personal(),
              optional(GENDER, STRING, "Gender, as the source names it.").personal(),
              optional(INCOME_BAND, STRING, "Income band, as the source names it.").personal(),
              optional(EDUCATION, STRING, "Education, as the source names it.").personal(),
              optional(REGION, STRING, "Region of residence.").personal(),
              optional(CITY, STRING, "City of residence.").personal(),
              optional(
                      ATTRIBUTES,
                      TEXT_MAP,
                      "What the study's mapping gives under attributes, by name.")
                  .personal(),
              required(
                  DELIVERED_AT,
                  TIMESTAMP,
                  "When the source delivered the row: what its mapping says, else the file's modification time (for a database: when it was read)."),
              required(
                  DELIVERY, LONG, "Number of the delivery that brought the row, as in deliveries."))
          .rule("birth_year between 1850 and 2100", "birth_year lies outside 1850..2100")
          .build();

  private Customers() {}
}
