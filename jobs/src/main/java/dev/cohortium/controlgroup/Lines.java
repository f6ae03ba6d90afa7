package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.stats.LinByArms;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.Quotient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Lin's lines of all comparisons, and the variances that a second pass over the customers' windows
 * adds up ({@link LinByArms}).
 *
 * <p>What a customer adds is divided by what the line leaves free of it, so that it follows from no
 * sums over several: unlike {@link Sums}, the pass meets a customer once for each of its segments.
 */
final class Lines {
  private static final String VERSUS = "versus";
  private static final String NUMBERS = "line";
  private static final int PER_LINE = 6;

  /** What a line must leave free of a customer; less is rounding. */
  private static final double LEAST_FREE = 1e-9;

  private static final List<String> KEY =
      List.of(
          Windows.EXPERIMENT,
          Windows.ARM,
          Windows.STRATUM,
          Windows.SPAN,
          Windows.SEGMENT_BY,
          Windows.SEGMENT);

  private final Sums sums;
  private final Map<Pairing, Fit> lines = new HashMap<>();
  private final Map<Pairing, Map<String, double[]>> variances = new HashMap<>();

  /** A comparison in a stratum. */
  private record Pairing(Place place, String stratum) {}

  /** The lines of what is measured, then that of the average receipt, of these ratios. */
  private record Fit(List<LinByArms> lines, Ratio treated, Ratio control) {}

  /** Of what is summed. */
  Lines(Sums sums) {
    this.sums = sums;
  }

  /** The number of the average receipt's line. */
  int ofRatio() {
    return sums.measured().size();
  }

  private int count() {
    return ofRatio() + (sums.hasRatio() ? 1 : 0);
  }

  /** Finds the lines of a place. */
  void add(Place place, List<Pair> pairs) {
    List<Pair> whole = pairs.stream().filter(Pair::isWhole).toList();
    Ratio treated = Ratio.of(whole, Pair::treated, sums);
    Ratio control = Ratio.of(whole, Pair::control, sums);
    for (Pair pair : whole) {
      List<LinByArms> found = new ArrayList<>();
      for (int i = 0; i < ofRatio(); i++) {
        String[] terms = {"y" + i, "x" + i};
        found.add(LinByArms.of(pair.treated().moments(terms), pair.control().moments(terms)));
      }
      if (sums.hasRatio()) {
        found.add(
            LinByArms.of(
                treated.moments(pair.treated(), sums), control.moments(pair.control(), sums)));
      }
      lines.put(new Pairing(place, pair.stratum()), new Fit(found, treated, control));
    }
  }

  /** Their effect on a metric in a stratum; both arms have customers enough. */
  Measurement effect(Place place, String stratum, int metric) {
    Pairing pairing = new Pairing(place, stratum);
    return line(pairing, metric)
        .effect(variance(pairing, place.arm(), metric), variance(pairing, Draw.CONTROL, metric));
  }

  /** The same as the treated's line over the control's; {@link #effect} is measured. */
  Quotient treatedOverBaseline(Place place, String stratum, int metric) {
    Pairing pairing = new Pairing(place, stratum);
    return line(pairing, metric)
        .treatedOverBaseline(
            variance(pairing, place.arm(), metric), variance(pairing, Draw.CONTROL, metric));
  }

  private LinByArms line(Pairing pairing, int metric) {
    return lines.get(pairing).lines().get(metric);
  }

  private double variance(Pairing pairing, String arm, int metric) {
    double[] none = new double[count()];
    return variances.getOrDefault(pairing, Map.of()).getOrDefault(arm, none)[metric];
  }

  /**
   * Adds up the variances.
   *
   * @param windows complete ones by segment, with columns y0, x0, y1, x1, ...
   */
  void addVariances(SparkSession session, Dataset<Row> windows) {
    if (lines.isEmpty()) {
      return;
    }
    Column[] added = new Column[count()];
    for (int i = 0; i < added.length; i++) {
      added[i] = sum(i == ofRatio() ? varianceOfRatio() : variance(i, col("y" + i), col("x" + i)));
      added[i] = added[i].as("variance_" + i);
    }
    String[] key = KEY.toArray(String[]::new);
    windows
        .join(broadcast(session.createDataFrame(rows(), schema())), key)
        .groupBy(
            Stream.concat(KEY.stream(), Stream.of(VERSUS))
                .map(org.apache.spark.sql.functions::col)
                .toArray(Column[]::new))
        .agg(added[0], Stream.of(added).skip(1).toArray(Column[]::new))
        .collectAsList()
        .forEach(this::keep);
  }

  private void keep(Row row) {
    Place place =
        new Place(
            row.getAs(Windows.EXPERIMENT),
            row.getAs(VERSUS),
            row.getAs(Windows.SEGMENT_BY),
            row.getAs(Windows.SEGMENT),
            row.<Integer>getAs(Windows.SPAN));
    double[] found = new double[count()];
    for (int i = 0; i < found.length; i++) {
      found[i] = row.<Double>getAs("variance_" + i);
    }
    variances
        .computeIfAbsent(new Pairing(place, row.getAs(Windows.STRATUM)), p -> new HashMap<>())
        .put(row.getAs(Windows.ARM), found);
  }

  /** {@link LinByArms.Line#variance} as a column. */
  private static Column variance(int metric, Column outcome, Column covariate) {
    Column customers = number(metric, 0);
    Column scatter = number(metric, 2);
    Column away = covariate.minus(number(metric, 1));
    Column pull = when(scatter.equalTo(0), 0.0).otherwise(away.divide(scatter));
    Column residual = outcome.minus(number(metric, 3)).minus(number(metric, 4).multiply(away));
    Column each = lit(1.0).divide(customers);
    Column weight = each.plus(number(metric, 5).minus(number(metric, 1)).multiply(pull));
    Column free = lit(1.0).minus(each).minus(away.multiply(pull));
    Column influence = weight.multiply(residual);
    // Who alone decides the line of an arm has no variance that could be told.
    return when(free.gt(LEAST_FREE), influence.multiply(influence).divide(free))
        .otherwise(Double.NaN);
  }

  /** The same of the average receipt, whose linear form is made of the ratios behind the line. */
  private Column varianceOfRatio() {
    int metric = ofRatio();
    int numerator = sums.place(Quantity.NET_REVENUE);
    int denominator = sums.place(Quantity.ORDERS);
    Column[] ratio = new Column[4];
    for (int i = 0; i < ratio.length; i++) {
      ratio[i] = number(metric, PER_LINE + i);
    }
    return variance(
        metric,
        ratio[0].plus(Ratio.away(col("y" + numerator), col("y" + denominator), ratio[0], ratio[1])),
        Ratio.away(col("x" + numerator), col("x" + denominator), ratio[2], ratio[3]));
  }

  private static Column number(int metric, int place) {
    return col(NUMBERS).getItem(PER_LINE * metric + place);
  }

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    lines.forEach(
        (pairing, found) -> {
          String treated = pairing.place().arm();
          rows.add(row(pairing, treated, found, LinByArms::treated, found.treated()));
          rows.add(row(pairing, Draw.CONTROL, found, LinByArms::control, found.control()));
        });
    return rows;
  }

  private static Row row(
      Pairing pairing,
      String arm,
      Fit found,
      Function<LinByArms, LinByArms.Line> ofArm,
      Ratio ratio) {
    List<Double> numbers = new ArrayList<>();
    for (LinByArms both : found.lines()) {
      LinByArms.Line line = ofArm.apply(both);
      numbers.addAll(
          List.of(
              (double) line.customers(),
              line.mean(),
              line.scatter(),
              line.level(),
              line.slope(),
              line.at()));
    }
    numbers.addAll(List.of(ratio.after(), ratio.perAfter(), ratio.before(), ratio.perBefore()));
    Place place = pairing.place();
    return RowFactory.create(
        place.experiment(),
        arm,
        pairing.stratum(),
        place.span(),
        place.segmentBy(),
        place.segment(),
        place.arm(),
        numbers);
  }

  private static StructType schema() {
    StructType schema = new StructType();
    for (String name : KEY) {
      schema =
          schema.add(
              name, name.equals(Windows.SPAN) ? DataTypes.IntegerType : DataTypes.StringType);
    }
    return schema
        .add(VERSUS, DataTypes.StringType)
        .add(NUMBERS, DataTypes.createArrayType(DataTypes.DoubleType));
  }
}
