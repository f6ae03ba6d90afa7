package dev.cohortium.beforeafter;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;

import java.io.Serial;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
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

  static final Covariates NONE = new Covariates(List.of(), List.of());

  /** As in numbers that do not depend on the order of rows. */
  private static final MathContext FEW_DIGITS = new MathContext(3);

  /** Those of rows of {@link Lives}. */
  static Covariates of(Dataset<Row> lives, int asked) {
    if (asked == 0) {
      return NONE;
    }
    List<Column> sums = new ArrayList<>();
    for (int place = 0; place < asked; place++) {
      Column value = col(Lives.COVARIATES).getItem(place);
      sums.add(avg(value).as("mean_" + place));
      sums.add(count_if(value.isNull()).as("lacking_" + place));
    }
    Row found =
        lives
            .agg(sums.get(0), sums.subList(1, sums.size()).toArray(Column[]::new))
            .collectAsList()
            .get(0);
    List<Double> means = new ArrayList<>();
    List<Integer> lacking = new ArrayList<>();
    for (int place = 0; place < asked; place++) {
      means.add(
          found.isNullAt(2 * place)
              ? 0.0
              : new BigDecimal(found.getDouble(2 * place)).round(FEW_DIGITS).doubleValue());
      if (found.getLong(2 * place + 1) > 0) {
        lacking.add(place);
      }
    }
    return new Covariates(List.copyOf(means), List.copyOf(lacking));
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
