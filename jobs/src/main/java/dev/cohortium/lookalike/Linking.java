package dev.cohortium.lookalike;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Effect.Check;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.FixedEffectsSlope;
import dev.cohortium.table.ColumnType;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.Linkability;
import dev.cohortium.table.ReceiptMonths;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What stores sell to known and to unknown customers, and how much of an effect may be receipts
 * that members would have made without showing who they are (methods.md 5, linkability).
 */
final class Linking {
  /** Share of an effect from which re-labelling is a doubt. */
  private static final double MOST = 0.10;

  private static final double NOT_KNOWN = Double.NaN;

  private final Relabelled revenue;
  private final Relabelled receipts;

  private Linking(Relabelled revenue, Relabelled receipts) {
    this.revenue = revenue;
    this.receipts = receipts;
  }

  /**
   * What a member shows that was anonymous before, per month.
   *
   * @param likely by how much anonymous sales fall with each member of a store; NaN: not known
   * @param most that it can be: the upper 95 % limit of that, and at most all that ever was
   *     anonymous
   */
  private record Relabelled(double likely, double most) {}

  /** Rows of table linkability. */
  static Dataset<Row> rows(Frames in, String program, LocalDate asOf) {
    Column none = lit(Effects.NONE);
    Column store = coalesce(col(ReceiptMonths.STORE_ID), none);
    Column channel = coalesce(col(ReceiptMonths.CHANNEL), none);
    Dataset<Row> sold =
        in.get(ReceiptMonths.TABLE)
            .where(col(ReceiptMonths.MONTH).leq(lit(java.sql.Date.valueOf(asOf))))
            .groupBy(
                store.as(Linkability.STORE_ID),
                col(ReceiptMonths.MONTH).as(Linkability.MONTH),
                channel.as(Linkability.CHANNEL))
            .agg(
                sum(of(ReceiptMonths.IDENTIFIED, true, ReceiptMonths.RECEIPTS))
                    .as(Linkability.IDENTIFIED_RECEIPTS),
                sum(of(ReceiptMonths.IDENTIFIED, true, ReceiptMonths.NET_REVENUE))
                    .cast(ColumnType.AMOUNT_SUM.sql())
                    .as(Linkability.IDENTIFIED_REVENUE),
                sum(of(ReceiptMonths.IDENTIFIED, false, ReceiptMonths.RECEIPTS))
                    .as(Linkability.ANONYMOUS_RECEIPTS),
                sum(of(ReceiptMonths.IDENTIFIED, false, ReceiptMonths.NET_REVENUE))
                    .cast(ColumnType.AMOUNT_SUM.sql())
                    .as(Linkability.ANONYMOUS_REVENUE));
    Dataset<Row> joined =
        in.get(Joinings.TABLE)
            .where(col(Joinings.PROGRAM_ID).equalTo(program))
            .where(col(Joinings.JOINING_MONTH).leq(lit(java.sql.Date.valueOf(asOf))))
            .groupBy(
                coalesce(col(Joinings.JOINING_STORE), none).as(Linkability.STORE_ID),
                col(Joinings.JOINING_MONTH).as(Linkability.MONTH),
                coalesce(col(Joinings.JOINING_CHANNEL), none).as(Linkability.CHANNEL))
            .agg(count(lit(1)).as(Linkability.NEW_MEMBERS));
    return sold.join(
            joined,
            new String[] {Linkability.STORE_ID, Linkability.MONTH, Linkability.CHANNEL},
            "full")
        .select(
            lit(program).as(Linkability.PROGRAM_ID),
            col(Linkability.STORE_ID),
            col(Linkability.MONTH),
            col(Linkability.CHANNEL),
            orNothing(Linkability.IDENTIFIED_RECEIPTS),
            orNothing(Linkability.IDENTIFIED_REVENUE),
            orNothing(Linkability.ANONYMOUS_RECEIPTS),
            orNothing(Linkability.ANONYMOUS_REVENUE),
            orNothing(Linkability.NEW_MEMBERS),
            lit(java.sql.Date.valueOf(asOf)).as(Linkability.AS_OF),
            lit(in.run().id()).as(Linkability.RUN_ID));
  }

  private static Column orNothing(String name) {
    String type = Contracts.schema(Linkability.TABLE).apply(name).dataType().catalogString();
    return coalesce(col(name), lit(0)).cast(type).as(name);
  }

  private static Column of(String flag, boolean value, String amount) {
    return when(col(flag).equalTo(value), col(amount)).otherwise(lit(0));
  }

  /** What the rows of table linkability say; one job, of as many rows as stores and months. */
  static Linking of(Dataset<Row> rows) {
    List<Row> sums =
        rows.groupBy(Linkability.STORE_ID, Linkability.MONTH)
            .agg(
                sum(Linkability.ANONYMOUS_REVENUE).cast("double"),
                sum(Linkability.ANONYMOUS_RECEIPTS).cast("double"),
                sum(Linkability.NEW_MEMBERS).cast("double"))
            .collectAsList();
    return new Linking(relabelled(sums, 2), relabelled(sums, 3));
  }

  private static Relabelled relabelled(List<Row> sums, int column) {
    LocalDate first =
        sums.stream()
            .map(row -> row.getDate(1).toLocalDate())
            .min(LocalDate::compareTo)
            .orElse(LocalDate.EPOCH);
    LocalDate last =
        sums.stream()
            .map(row -> row.getDate(1).toLocalDate())
            .max(LocalDate::compareTo)
            .orElse(first);
    int months = (int) ChronoUnit.MONTHS.between(first, last) + 1;
    Map<String, double[]> anonymous = new TreeMap<>();
    Map<String, double[]> members = new TreeMap<>();
    for (Row row : sums) {
      int month = (int) ChronoUnit.MONTHS.between(first, row.getDate(1).toLocalDate());
      anonymous.computeIfAbsent(row.getString(0), store -> new double[months])[month] +=
          row.getDouble(column);
      double[] stock = members.computeIfAbsent(row.getString(0), store -> new double[months]);
      // Who joins in a month is a member from the next one on.
      for (int later = month + 1; later < months; later++) {
        stock[later] += row.getDouble(4);
      }
    }
    double[] everywhere = ofAll(anonymous, months);
    double[] all = ofAll(members, months);
    double memberMonths = Arrays.stream(all).sum();
    double most =
        memberMonths == 0
            ? 0
            : Arrays.stream(everywhere).max().orElse(0)
                * Arrays.stream(all).filter(stock -> stock > 0).count()
                / memberMonths;
    // Without a store there is nothing to compare with.
    anonymous.remove(Effects.NONE);
    members.remove(Effects.NONE);
    return most > 0
            && FixedEffectsSlope.of(
                    members.values().toArray(double[][]::new),
                    anonymous.values().toArray(double[][]::new))
                instanceof Estimate slope
        ? new Relabelled(
            Math.max(0, -slope.value()), Math.min(most, Math.max(0, -slope.interval().low())))
        : new Relabelled(most > 0 ? NOT_KNOWN : 0, most);
  }

  private static double[] ofAll(Map<String, double[]> byStore, int months) {
    double[] sum = new double[months];
    byStore
        .values()
        .forEach(
            of -> {
              for (int month = 0; month < months; month++) {
                sum[month] += of[month];
              }
            });
    return sum;
  }

  /**
   * How much of an effect can be re-labelling.
   *
   * @param isOfReceipts whether receipts tell it, as of orders; else revenue
   * @param effect per customer and month, on orders or net revenue
   */
  Check check(boolean isOfReceipts, double effect) {
    Relabelled of = isOfReceipts ? receipts : revenue;
    if (of.most() == 0) {
      return new Check(
          "relabelling",
          null,
          MOST,
          Effect.NOT_JUDGED,
          "The data hold no receipts without a customer, so that it cannot be seen whether members show who they are more often than before.");
    }
    double size = Math.abs(effect);
    boolean isNone = of.most() <= MOST * size;
    boolean isLikely = of.likely() > MOST * size;
    return new Check(
        "relabelling",
        size == 0 || Double.isNaN(of.likely()) ? null : (Double) (of.likely() / size),
        MOST,
        isNone ? Effect.PASSED : isLikely ? Effect.FAILED : Effect.INCONCLUSIVE,
        String.format(
            java.util.Locale.ROOT,
            "Share of the effect that may be what members bought before without showing who they are: anonymous %s fall by %s a member and month, at most %.3g.",
            isOfReceipts ? "receipts" : "sales",
            Double.isNaN(of.likely())
                ? "what cannot be told"
                : String.format(java.util.Locale.ROOT, "%.3g", of.likely()),
            of.most()));
  }
}
