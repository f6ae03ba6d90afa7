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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
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

  private final boolean hasAnonymous;
  private final Relabelled revenue;
  private final Relabelled receipts;

  private Linking(boolean hasAnonymous, Relabelled revenue, Relabelled receipts) {
    this.hasAnonymous = hasAnonymous;
    this.revenue = revenue;
    this.receipts = receipts;
  }

  /**
   * What a member shows that was anonymous before, per month.
   *
   * @param likely by how much anonymous sales fall with each member of a store, in stores of equal
   *     size; NaN: not known
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
                sum(Linkability.NEW_MEMBERS).cast("double"),
                sum(Linkability.IDENTIFIED_REVENUE).cast("double"),
                sum(Linkability.ANONYMOUS_REVENUE).cast("double"),
                sum(Linkability.IDENTIFIED_RECEIPTS).cast("double"),
                sum(Linkability.ANONYMOUS_RECEIPTS).cast("double"))
            .collectAsList();
    boolean hasAnonymous = sums.stream().anyMatch(row -> row.getDouble(6) > 0);
    return new Linking(hasAnonymous, relabelled(sums, 3, 4), relabelled(sums, 5, 6));
  }

  /** One store over the months in which anybody sold something. */
  private static final class Store {
    private final double[] joined;
    private final double[] sold;
    private final double[] anonymous;
    private final boolean[] isOpen;
    private double joinedBefore;

    Store(int months) {
      joined = new double[months];
      sold = new double[months];
      anonymous = new double[months];
      isOpen = new boolean[months];
    }

    /** Members of each month: who joins in one is a member from the next one on. */
    double[] members() {
      double[] members = new double[joined.length];
      double stock = joinedBefore;
      for (int month = 0; month < members.length; month++) {
        members[month] = stock;
        stock += joined[month];
      }
      return members;
    }

    double joined() {
      return joinedBefore + Arrays.stream(joined).sum();
    }

    boolean isWhole() {
      return IntStream.range(0, isOpen.length).allMatch(month -> isOpen[month]) && size() > 0;
    }

    /** What it sells in a month. */
    double size() {
      return Arrays.stream(sold).average().orElse(0);
    }

    /** Values in sizes of the store, so that stores of any size move alike. */
    double[] bySize(double... values) {
      return Arrays.stream(values).map(value -> value / size()).toArray();
    }
  }

  private static Relabelled relabelled(List<Row> sums, int identified, int anonymous) {
    List<LocalDate> open =
        sums.stream()
            .filter(Linking::isOpen)
            .map(row -> row.getDate(1).toLocalDate())
            .sorted()
            .toList();
    if (open.isEmpty()) {
      return new Relabelled(NOT_KNOWN, 0);
    }
    LocalDate first = open.get(0);
    int months = (int) ChronoUnit.MONTHS.between(first, open.get(open.size() - 1)) + 1;
    Map<String, Store> stores = new TreeMap<>();
    for (Row row : sums) {
      Store store = stores.computeIfAbsent(row.getString(0), name -> new Store(months));
      int month = (int) ChronoUnit.MONTHS.between(first, row.getDate(1).toLocalDate());
      if (month < 0) {
        store.joinedBefore += row.getDouble(2);
      } else if (month < months) {
        store.joined[month] += row.getDouble(2);
        store.sold[month] += row.getDouble(identified) + row.getDouble(anonymous);
        store.anonymous[month] += row.getDouble(anonymous);
        store.isOpen[month] |= isOpen(row);
      }
    }
    double most = most(stores.values(), months);
    List<Store> whole =
        stores.entrySet().stream()
            .filter(store -> !store.getKey().equals(Effects.NONE))
            .map(Map.Entry::getValue)
            .filter(Store::isWhole)
            .toList();
    // What happens elsewhere is not seen in these stores.
    boolean isNearlyAll =
        isNearlyAll(whole, stores.values(), Store::joined)
            && isNearlyAll(whole, stores.values(), store -> Arrays.stream(store.anonymous).sum());
    return isNearlyAll
            && FixedEffectsSlope.of(
                    of(whole, store -> store.bySize(store.members())),
                    of(whole, store -> store.bySize(store.anonymous)))
                instanceof Estimate slope
        ? new Relabelled(
            Math.min(most, Math.max(0, -slope.value())),
            Math.min(most, Math.max(0, -slope.interval().low())))
        : new Relabelled(NOT_KNOWN, most);
  }

  private static boolean isOpen(Row row) {
    return row.getDouble(5) + row.getDouble(6) > 0;
  }

  private static boolean isNearlyAll(
      Collection<Store> some, Collection<Store> all, ToDoubleFunction<Store> of) {
    double ofAll = all.stream().mapToDouble(of).sum();
    return some.stream().mapToDouble(of).sum() >= (1 - MOST) * ofAll;
  }

  private static double[][] of(List<Store> stores, Function<Store, double[]> values) {
    return stores.stream().map(values).toArray(double[][]::new);
  }

  /** All that was anonymous in a month at most, for each member. */
  private static double most(Collection<Store> stores, int months) {
    double greatest = 0;
    double memberMonths = 0;
    int withMembers = 0;
    for (int month = 0; month < months; month++) {
      int of = month;
      double members = stores.stream().mapToDouble(store -> store.members()[of]).sum();
      greatest =
          Math.max(greatest, stores.stream().mapToDouble(store -> store.anonymous[of]).sum());
      memberMonths += members;
      withMembers += members > 0 ? 1 : 0;
    }
    return memberMonths == 0 ? 0 : greatest * withMembers / memberMonths;
  }

  /**
   * How much of an effect can be re-labelling.
   *
   * @param isOfReceipts whether receipts tell it, as of orders; else revenue
   * @param effect per customer and month, on orders or net revenue
   */
  Check check(boolean isOfReceipts, double effect) {
    Relabelled of = isOfReceipts ? receipts : revenue;
    if (!hasAnonymous) {
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
            "Share of the effect that may be what members bought before without showing who they are: anonymous %s %s a member and month, at most by %.3g.",
            isOfReceipts ? "receipts" : "sales",
            Double.isNaN(of.likely())
                ? "cannot be seen to fall by"
                : String.format(java.util.Locale.ROOT, "fall by %.3g", of.likely()),
            of.most()));
  }
}
