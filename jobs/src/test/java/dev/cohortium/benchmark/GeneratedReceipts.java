package dev.cohortium.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Receipts of a made-up shop over 37 months, every value a hash of its receipt's number, as Parquet
 * files by month: 36 of a first delivery, and a last one that is delivered later.
 *
 * <p>A receipt has 1 to 5 lines; 15 of 100 are anonymous. A few customers buy very often and most
 * seldom, each for a while only. Of the lines 4 of 100 are returns, 20 have a discount, 90 a cost.
 */
final class GeneratedReceipts {
  private static final String LATER_MONTH = "2025-01";
  private static final double LINES_PER_RECEIPT = 3.0;

  private final SparkSession session;
  private final Path folder;
  private final long receipts;

  GeneratedReceipts(SparkSession session, Path folder, long lines) {
    this.session = session;
    this.folder = folder;
    this.receipts = Math.round(lines / 36.0 * 37 / LINES_PER_RECEIPT);
  }

  /** Writes the files; those of the last month stand aside. */
  void write() throws IOException {
    lines()
        .write()
        .mode(SaveMode.Overwrite)
        .partitionBy("delivery")
        .parquet(delivered().toString());
    Files.move(month(delivered()), month(folder));
  }

  /** Delivers the last month. */
  void deliverLastMonth() throws IOException {
    Files.move(month(folder), month(delivered()));
  }

  /** The folder that the study reads. */
  Path delivered() {
    return folder.resolve("receipts");
  }

  private static Path month(Path parent) {
    return parent.resolve("delivery=" + LATER_MONTH);
  }

  private Dataset<Row> lines() {
    long customers = Math.max(100, receipts / 17);
    return session
        .range(0, receipts)
        .withColumnRenamed("id", "receipt")
        .selectExpr(
            "receipt",
            share("receipt", "anonymous") + " < 0.15 as is_anonymous",
            "cast(%d * pow(%s, 1.5) as bigint) as customer"
                .formatted(customers, share("receipt", "customer")))
        // The days from 2022-01-01 between which the customer comes; the 1,127 days are all.
        .selectExpr(
            "*",
            "if(is_anonymous, 0, 1320 * %s - 200) as comes".formatted(share("customer", "comes")),
            "if(is_anonymous, 1127, 30 + 1000 * %s) as stays".formatted(share("customer", "stays")))
        .selectExpr(
            "*", "greatest(comes, 0) as from_day", "least(comes + stays, 1127) as until_day")
        .selectExpr(
            "*",
            "cast(from_day + greatest(until_day - from_day, 1) * %s as bigint) as day"
                .formatted(share("receipt", "day")),
            "28800 + cast(43200 * %s as bigint) as second".formatted(share("receipt", "second")),
            "if(is_anonymous or %s < 0.15, receipt, customer) as place_of"
                .formatted(share("receipt", "elsewhere")))
        .where("day between 0 and 1126")
        .selectExpr(
            "*",
            "explode(sequence(1, 1 + cast(5 * %s as int))) as line"
                .formatted(share("receipt", "n")))
        .selectExpr("*", "receipt * 8 + line as id")
        .selectExpr(
            "*",
            "if(%s < 0.04, -1, 1) as sign".formatted(share("id", "returned")),
            "1 + cast(3 * %s as int) as units".formatted(share("id", "units")),
            "cast(99 + 3000 * pow(%s, 3) as int) as cents".formatted(share("id", "cents")),
            "cast(5000 * pow(%s, 2) as int) as product".formatted(share("id", "product")))
        .selectExpr(
            "concat('R', 1000000000 + receipt) as receipt",
            "if(is_anonymous, null, concat('C', 10000000 + customer)) as card",
            "timestamp_seconds(1640995200 + day * 86400 + second) as sold_at",
            "concat('store-', 100 + cast(100 * %s as int)) as store"
                .formatted(share("place_of", "store")),
            "element_at(array('store', 'store', 'store', 'web', 'app'), 1 + cast(5 * %s as int)) as channel"
                .formatted(share("receipt", "channel")),
            "concat('P', 10000 + product) as product",
            "concat('category ', 10 + product %% 20) as category".formatted(),
            "sign * units as quantity",
            "cast(sign * units * cents / 100 as decimal(10, 2)) as paid",
            "if(%s < 0.2, cast(units * cents / 1000 as decimal(10, 2)), null) as discount"
                .formatted(share("id", "discount")),
            "if(%s < 0.9, cast(sign * units * cents * 0.007 as decimal(10, 2)), null) as cost"
                .formatted(share("product", "cost")),
            "not is_anonymous and %s < 0.95 as with_card".formatted(share("receipt", "card")),
            "date_format(timestamp_seconds(1640995200 + day * 86400), 'yyyy-MM') as delivery");
  }

  /** A number from 0 to below 1, of {@code column} and {@code salt}. */
  private static String share(String column, String salt) {
    return "(pmod(xxhash64(%s, '%s'), 1000003) / 1000003D)".formatted(column, salt);
  }
}
