package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * What an event study needs to know of customers who joined in one month, were acquired in one and
 * belong to one stratum, and adds: their number and, of each metric, the sums of its months and of
 * the products of two months, both after subtracting a fixed offset. A state that changes; rows are
 * added without an object for any of them.
 *
 * <p>Takes 8 (T + T (T + 1) / 2) bytes a metric of T months: 6 metrics of 36 months 34 kB. Up to T
 * / 2 customers take less as they are, 8 T bytes each, and are summed when more come. Months of 0
 * after the offset cost nothing, so that a row of few purchases is added in the square of their
 * number. An offset near the mean spares digits where the level is many deviations away.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021</a>
 */
public final class CohortMoments implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private static final int OVERHEAD = 200;

  private final double[][] offsets;
  private final ArrayList<double[][]> few = new ArrayList<>();
  private double[][] sums;
  private double[][] products;
  private double[] values;
  private int[] places;
  private long n;

  /** Nobody, so that the few are kept as they are. */
  private CohortMoments(double[][] offsets) {
    this.offsets = offsets;
  }

  /**
   * No customers, without an offset.
   *
   * @throws IllegalArgumentException if metrics or months are below 1
   */
  public static CohortMoments none(int metrics, int months) {
    Arguments.atLeast("metrics", metrics, 1);
    Arguments.atLeast("months", months, 1);
    return new CohortMoments(new double[metrics][months]);
  }

  /**
   * No customers, around offsets.
   *
   * @param offsets of each metric and month, the same in every state that is added to this
   * @throws IllegalArgumentException if there are none, their lengths differ or one is not finite
   */
  public static CohortMoments around(double[][] offsets) {
    Arguments.atLeast("offsets.length", offsets.length, 1);
    Arguments.atLeast("offsets[0].length", offsets[0].length, 1);
    double[][] copies = new double[offsets.length][];
    for (int metric = 0; metric < offsets.length; metric++) {
      String name = "offsets[" + metric + "]";
      Arguments.sameLength(name, offsets[metric].length, "offsets[0]", offsets[0].length);
      Arguments.finite(name, offsets[metric]);
      copies[metric] = offsets[metric].clone();
    }
    return new CohortMoments(copies);
  }

  /** No customers, around the same offsets: states of one origin share them. */
  public CohortMoments none() {
    return new CohortMoments(offsets);
  }

  /**
   * A state that another program summed, without an offset.
   *
   * @param n customers, at least 0
   * @param sums of each metric and month
   * @param products of each metric, of months (0, 0), (1, 0), (1, 1), (2, 0) and so on
   * @throws IllegalArgumentException if n is negative, lengths differ or a number is not finite
   */
  public static CohortMoments ofSums(long n, double[][] sums, double[][] products) {
    Arguments.atLeast("n", (double) n, 0);
    Arguments.atLeast("sums.length", sums.length, 1);
    Arguments.sameLength("products", products.length, "sums", sums.length);
    CohortMoments moments = none(sums.length, sums[0].length).summed();
    moments.n = n;
    for (int metric = 0; metric < sums.length; metric++) {
      copy("sums[" + metric + "]", sums[metric], moments.sums[metric]);
      copy("products[" + metric + "]", products[metric], moments.products[metric]);
    }
    return moments;
  }

  private static void copy(String name, double[] from, double[] to) {
    Arguments.sameLength(name, from.length, "its place", to.length);
    Arguments.finite(name, from);
    System.arraycopy(from, 0, to, 0, to.length);
  }

  /**
   * Adds a customer.
   *
   * @param months of each metric the value of each month; any finite one before acquisition
   * @return this, changed
   * @throws IllegalArgumentException if they are not as many, or one is not finite
   */
  public CohortMoments add(double[][] months) {
    Arguments.sameLength("months", months.length, "metrics", metrics());
    for (double[] of : months) {
      Arguments.sameLength("months of a metric", of.length, "this", months());
      Arguments.finite("months of a metric", of);
    }
    if (isFew() && few.size() < mostFew()) {
      few.add(Arrays.stream(months).map(double[]::clone).toArray(double[][]::new));
    } else {
      summed().sum(months);
    }
    n++;
    return this;
  }

  private boolean isFew() {
    return sums == null;
  }

  /** The most customers who take less as they are than summed. */
  private int mostFew() {
    return months() / 2;
  }

  /** This, with the few summed. */
  private CohortMoments summed() {
    if (isFew()) {
      int months = months();
      sums = new double[metrics()][months];
      products = new double[metrics()][months * (months + 1) / 2];
      values = new double[months];
      places = new int[months];
      few.forEach(this::sum);
      few.clear();
    }
    return this;
  }

  private void sum(double[][] months) {
    for (int metric = 0; metric < months.length; metric++) {
      add(metric, months[metric]);
    }
  }

  private void add(int metric, double[] row) {
    int count = 0;
    for (int month = 0; month < row.length; month++) {
      double value = row[month] - offsets[metric][month];
      if (value != 0) {
        values[count] = value;
        places[count++] = month;
      }
    }
    double[] sum = sums[metric];
    double[] product = products[metric];
    for (int one = 0; one < count; one++) {
      double value = values[one];
      int first = places[one] * (places[one] + 1) / 2;
      sum[places[one]] += value;
      for (int other = 0; other <= one; other++) {
        product[first + places[other]] += value * values[other];
      }
    }
  }

  /**
   * Adds the customers of {@code other}, which stays as it is.
   *
   * @return this, changed
   * @throws IllegalArgumentException if it has other metrics, months or offsets
   */
  public CohortMoments plus(CohortMoments other) {
    requireAlike(other);
    n += other.n;
    if (isFew() && other.isFew() && few.size() + other.few.size() <= mostFew()) {
      few.addAll(other.few);
    } else {
      summed();
      other.few.forEach(this::sum);
      for (int metric = 0; metric < sums.length && !other.isFew(); metric++) {
        add(other.sums[metric], sums[metric]);
        add(other.products[metric], products[metric]);
      }
    }
    return this;
  }

  /** Refuses a state of other metrics, months or offsets. */
  void requireAlike(CohortMoments other) {
    if (offsets != other.offsets && !Arrays.deepEquals(offsets, other.offsets)) {
      throw new IllegalArgumentException(
          "other has other metrics, months or offsets, must have those of this");
    }
  }

  /** About how much memory it takes, in bytes. */
  public long bytes() {
    long columns = isFew() ? (long) few.size() * months() : products[0].length + months();
    return OVERHEAD + columns * metrics() * Double.BYTES;
  }

  /**
   * The same customers' combination of two metrics, told from the moments of their sum.
   *
   * @param months of the combination, the first ones of the metrics
   * @throws IllegalArgumentException if a metric has an offset in one of the months
   */
  CohortMoments combined(Combination of, int months) {
    for (int metric : new int[] {of.one(), of.other(), of.both()}) {
      for (int month = 0; month < months; month++) {
        Arguments.zero("offset", offsets[metric][month]);
      }
    }
    CohortMoments combined = none(1, months).summed();
    combined.n = n;
    double[] ones = sums(of.one());
    double[] others = sums(of.other());
    for (int month = 0; month < months; month++) {
      double one = of.timesOne() * ones[month];
      double other = of.timesOther() * others[month];
      combined.sums[0][month] = combined.unlessRounding(one + other, one, other);
    }
    double[] productsOfOne = products(of.one());
    double[] productsOfOther = products(of.other());
    double[] productsOfBoth = products(of.both());
    double[] into = combined.products[0];
    for (int place = 0; place < into.length; place++) {
      double ofOne = productsOfOne[place];
      double ofOther = productsOfOther[place];
      double crossed = productsOfBoth[place] - ofOne - ofOther;
      double one = of.timesOne() * of.timesOne() * ofOne;
      double other = of.timesOther() * of.timesOther() * ofOther;
      double both = of.timesOne() * of.timesOther() * crossed;
      into[place] = combined.unlessRounding(one + other + both, one, other);
    }
    return combined;
  }

  /** A sum over customers of two terms, or 0 where that is what rounding leaves of them. */
  private double unlessRounding(double sum, double one, double other) {
    double most = Rounding.ofProducts(n, Math.abs(one) + Math.abs(other));
    return Math.abs(sum) <= most ? 0 : sum;
  }

  /**
   * A metric made of two others: {@code timesOne} of one and {@code timesOther} of the other.
   *
   * @param both the metric that is their plain sum
   */
  public record Combination(int one, double timesOne, int other, double timesOther, int both) {}

  /** Adds each of {@code more} to its place in {@code into}. */
  static void add(double[] more, double[] into) {
    for (int place = 0; place < more.length; place++) {
      into[place] += more[place];
    }
  }

  /** The number of customers. */
  public long n() {
    return n;
  }

  /** The number of metrics. */
  public int metrics() {
    return offsets.length;
  }

  /** The number of months. */
  public int months() {
    return offsets[0].length;
  }

  /** The mean of a metric in a month; 0 of no customers. */
  public double mean(int metric, int month) {
    if (n == 0) {
      return 0;
    }
    double sum = isFew() ? 0 : sums[metric][month];
    for (double[][] months : few) {
      sum += months[metric][month] - offsets[metric][month];
    }
    return sum / n + offsets[metric][month];
  }

  /** The offset of a metric in a month. */
  double offset(int metric, int month) {
    return offsets[metric][month];
  }

  /** The sums of a metric's months less the offset; perhaps not a copy. */
  double[] sums(int metric) {
    return isFew() ? summedAlone(metric).sums[0] : sums[metric];
  }

  /** The sums of products of a metric's months less the offset, packed; perhaps not a copy. */
  double[] products(int metric) {
    return isFew() ? summedAlone(metric).products[0] : products[metric];
  }

  /** One metric of the few. */
  private CohortMoments summedAlone(int metric) {
    CohortMoments alone = new CohortMoments(new double[][] {offsets[metric]}).summed();
    few.forEach(months -> alone.add(0, months[metric]));
    return alone;
  }
}
