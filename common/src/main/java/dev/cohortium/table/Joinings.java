package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.BOOLEAN;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/** One member of one programme, at the first joining. */
public final class Joinings {
  public static final String PROGRAM_ID = "program_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String JOINING_MONTH = "joining_month";
  public static final String ORDERS_UNTIL_JOINING = "orders_until_joining";
  public static final String JOINED_AT_ORDER = "joined_at_order";
  public static final String JOINING_STORE = "joining_store";
  public static final String JOINING_CHANNEL = "joining_channel";
  public static final String ORDERS_IN_MONTH = "orders_in_month";
  public static final String ACQUIRED_MONTH = "acquired_month";
  public static final String LEFT_MONTH = "left_month";

  public static final Table TABLE =
      Table.in(Layer.PANEL, "joinings", "One member of one programme, at the first joining.")
          .key(PROGRAM_ID, CUSTOMER_ID)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(CUSTOMER_ID, STRING, "The member.").personal(),
              required(
                  JOINING_MONTH,
                  DATE,
                  "First day of the month of the first joining, in the study's time zone."),
              required(
                  ORDERS_UNTIL_JOINING,
                  LONG,
                  "Orders of that month before joining, and the one at which the customer joined if there is one."),
              required(
                  JOINED_AT_ORDER,
                  BOOLEAN,
                  "Whether the customer joined on a day with an order, at which it counts as having joined, the last of these; otherwise by post or app, say."),
              optional(
                  JOINING_STORE,
                  STRING,
                  "Store of that order; null: unknown, or joined without one."),
              optional(
                  JOINING_CHANNEL,
                  STRING,
                  "Channel of that order; null: unknown, or joined without one."),
              required(ORDERS_IN_MONTH, LONG, "All orders of that month."),
              optional(ACQUIRED_MONTH, DATE, "Month of the first order ever; null: never ordered."),
              optional(LEFT_MONTH, DATE, "Month of leaving for good; null: still a member."))
          .published(Table.Publication.NEVER)
          .build();

  private Joinings() {}
}
