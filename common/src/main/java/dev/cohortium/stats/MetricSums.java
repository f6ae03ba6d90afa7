package dev.cohortium.stats;

/** The {@link CohortMoments} of one metric of some customers: n, sums, and T by T products. */
final class MetricSums {
  private final int months;
  private final double[] sums;
  private final double[] products;
  private long n;

  MetricSums(int months) {
    this.months = months;
    sums = new double[months];
    products = new double[months * months];
  }

  void add(CohortMoments more, int metric) {
    n += more.n();
    CohortMoments.add(more.sums(metric), sums);
    double[] packed = more.products(metric);
    int place = 0;
    for (int one = 0; one < months; one++) {
      for (int other = 0; other < one; other++, place++) {
        products[one * months + other] += packed[place];
        products[other * months + one] += packed[place];
      }
      products[one * months + one] += packed[place++];
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

  /** The sum of a month less a base. */
  double change(int month, int base) {
    return sums[month] - sums[base];
  }

  /** The sum of a change less its centre. */
  double change(int month, int base, double centre) {
    return change(month, base) - n * centre;
  }

  /** The sum of products of two changes, each less its centre. */
  double product(int month, int base, double centre, int other, int otherBase, double otherCentre) {
    int row = month * months;
    int baseRow = base * months;
    double raw =
        products[row + other]
            - products[row + otherBase]
            - (products[baseRow + other] - products[baseRow + otherBase]);
    return raw
        - otherCentre * change(month, base)
        - centre * (change(other, otherBase) - n * otherCentre);
  }
}
