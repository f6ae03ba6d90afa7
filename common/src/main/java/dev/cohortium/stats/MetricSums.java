package dev.cohortium.stats;

/**
 * The {@link CohortMoments} of one metric of some customers: n, and of months, and covariates after
 * them, sums and products of any two.
 */
final class MetricSums {
  private final int columns;
  private final double[] sums;
  private final double[] products;
  private long n;

  /**
   * No customers.
   *
   * @param used columns; after them stands one that is always 0
   */
  MetricSums(int used) {
    columns = used + 1;
    sums = new double[columns];
    products = new double[columns * columns];
  }

  private MetricSums(MetricSums of) {
    columns = of.columns;
    sums = of.sums.clone();
    products = of.products.clone();
    n = of.n;
  }

  MetricSums copy() {
    return new MetricSums(this);
  }

  void add(CohortMoments more, int metric) {
    n += more.n();
    CohortMoments.add(more.sums(metric), sums);
    double[] packed = more.products(metric);
    int place = 0;
    for (int one = 0; one + 1 < columns; one++) {
      for (int other = 0; other < one; other++, place++) {
        products[one * columns + other] += packed[place];
        products[other * columns + one] += packed[place];
      }
      products[one * columns + one] += packed[place++];
    }
  }

  void add(MetricSums more) {
    n += more.n;
    CohortMoments.add(more.sums, sums);
    CohortMoments.add(more.products, products);
  }

  long n() {
    return n;
  }

  double sum(int column) {
    return sums[column];
  }

  double product(int one, int other) {
    return products[one * columns + other];
  }

  /** The sum of a month less a base. */
  double change(int month, int base) {
    return sums[month] - sums[base];
  }

  /** The sum of a change less its centre. */
  double change(int month, int base, double centre) {
    return change(month, base) - n * centre;
  }

  /** What the sum of products of a change with itself is off by at most, by rounding. */
  double rounding(int month, int base) {
    return Rounding.ofProducts(n, product(month, month) + product(base, base));
  }

  /** The sum of products of two changes, each less its centre. */
  double product(int month, int base, double centre, int other, int otherBase, double otherCentre) {
    int row = month * columns;
    int baseRow = base * columns;
    double raw =
        products[row + other]
            - products[row + otherBase]
            - (products[baseRow + other] - products[baseRow + otherBase]);
    return raw
        - otherCentre * change(month, base)
        - centre * (change(other, otherBase) - n * otherCentre);
  }
}
