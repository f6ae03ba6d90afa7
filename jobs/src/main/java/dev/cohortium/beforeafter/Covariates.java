package dev.cohortium.beforeafter;

import java.io.Serial;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The study's covariates as numbers: each, and after all of them an indicator of each that some
 * customers lack.
 *
 * @param means what stands for an unknown value
 * @param lacking places of those that some customers lack
 */
record Covariates(List<Double> means, List<Integer> lacking) implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** As in numbers that do not depend on the order of rows. */
  private static final MathContext FEW_DIGITS = new MathContext(3);

  /**
   * Those of customers.
   *
   * @param means of what is known of each; offsets, of which few digits do
   * @param lacking places of those that some customers lack
   */
  static Covariates of(List<Double> means, List<Integer> lacking) {
    return new Covariates(
        means.stream().map(mean -> new BigDecimal(mean).round(FEW_DIGITS).doubleValue()).toList(),
        List.copyOf(lacking));
  }

  /** The number of columns. */
  int count() {
    return means.size() + lacking.size();
  }

  /** Writes what is subtracted from each column after {@code at} others. */
  void copyOffsets(double[] into, int at) {
    for (int place = 0; place < means.size(); place++) {
      into[at + place] = means.get(place);
    }
  }

  /** The columns of a row of {@link Lives}. */
  double[] of(Row row) {
    double[] columns = new double[count()];
    if (columns.length == 0) {
      return columns;
    }
    int at = row.fieldIndex(Lives.COVARIATES);
    List<Double> values = row.isNullAt(at) ? null : row.getList(at);
    for (int place = 0; place < means.size(); place++) {
      Double value = values == null ? null : values.get(place);
      columns[place] = value == null ? means.get(place) : value;
      if (value == null && lacking.contains(place)) {
        columns[means.size() + lacking.indexOf(place)] = 1;
      }
    }
    return columns;
  }
}
