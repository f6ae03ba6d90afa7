package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.AMOUNT_SUM;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/**
 * One customer and month with at least one receipt; a month without is absent and counts as zero
 * from the first order on.
 */
public final class CustomerMonths {
  public static final String CUSTOMER_ID = "customer_id";
  public static final String MONTH = "month";
  public static final String ORDERS = "orders";
  public static final String RETURN_RECEIPTS = "return_receipts";
  public static final String ITEMS = "items";
  public static final String GROSS_REVENUE = "gross_revenue";
  public static final String RETURNED_AMOUNT = "returned_amount";
  public static final String NET_REVENUE = "net_revenue";
  public static final String DISCOUNT = "discount";
  public static final String MARGIN = "margin";
  public static final String ACTIVE_DAYS = "active_days";
  public static final String ACTIVE_DAY_BITS = "active_day_bits";
  public static final String CATEGORIES = "categories";
  public static final String STORES = "stores";
  public static final String CARD_ORDERS = "card_orders";
  public static final String POINTS_EARNED = "points_earned";
  public static final String POINTS_REDEEMED = "points_redeemed";
  public static final String FIRST_ORDER_AT = "first_order_at";
  public static final String LAST_ORDER_AT = "last_order_at";

  public static final Table TABLE =
      Table.in(
              Layer.PANEL,
              "customer_months",
              "One customer and month with at least one receipt; a month without is absent and counts as zero from the first order on.")
          .key(CUSTOMER_ID, MONTH)
          .with(
              required(CUSTOMER_ID, STRING, "The customer.").personal(),
              required(MONTH, DATE, "First day of the month in the study's time zone."),
              required(ORDERS, LONG, "Receipts with a net amount above 0."),
              required(RETURN_RECEIPTS, LONG, "Receipts with a net amount below 0."),
              optional(
                  ITEMS,
                  AMOUNT_SUM,
                  "Units sold less units returned; null where no quantity is known."),
              required(
                  GROSS_REVENUE,
                  AMOUNT_SUM,
                  "Sum of the lines' net amounts above 0, in the study's currency."),
              required(
                  RETURNED_AMOUNT,
                  AMOUNT_SUM,
                  "Sum of the lines' net amounts below 0, as a positive number."),
              required(NET_REVENUE, AMOUNT_SUM, "gross_revenue less returned_amount."),
              optional(DISCOUNT, AMOUNT_SUM, "Sum of the discounts; null where none is known."),
              optional(
                  MARGIN,
                  AMOUNT_SUM,
                  "Net amounts less costs over the lines whose cost is known; null where no cost is known."),
              required(ACTIVE_DAYS, INT, "Days of the month with an order."),
              required(
                  ACTIVE_DAY_BITS,
                  LONG,
                  "The days with an order: bit d is set for day d of the month (1 to 31)."),
              optional(
                  CATEGORIES,
                  INT,
                  "Distinct categories bought (lines above 0); null where no category is known."),
              optional(STORES, INT, "Distinct stores with an order; null where no store is known."),
              optional(
                  CARD_ORDERS,
                  LONG,
                  "Orders at which the card was shown; null where no order says."),
              optional(
                  POINTS_EARNED,
                  AMOUNT_SUM,
                  "Points earned in the month; null without a rewards source."),
              optional(
                  POINTS_REDEEMED,
                  AMOUNT_SUM,
                  "Points redeemed in the month; null without a rewards source."),
              optional(
                  FIRST_ORDER_AT,
                  TIMESTAMP,
                  "Time of the month's first order; null where all were returns."),
              optional(
                  LAST_ORDER_AT,
                  TIMESTAMP,
                  "Time of the month's last order; null where all were returns."))
          .partitionedBy(MONTH)
          .published(Table.Publication.ON_REQUEST)
          .build();

  private CustomerMonths() {}
}
