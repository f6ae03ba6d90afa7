package dev.cohortium.cohorts;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sqrt;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.stats.Wilson;
import org.apache.spark.sql.Column;

/** {@link Wilson} over columns: the same operations in the same order, so the same limits. */
final class WilsonLimits {
  private static final double Z = Wilson.Z;

  private WilsonLimits() {}

  /** The lower 95 % limit of {@code successes / trials}. */
  static Column low(Column successes, Column trials) {
    return middle(successes).minus(reach(successes, trials)).divide(scale(trials));
  }

  /** The upper 95 % limit of {@code successes / trials}. */
  static Column high(Column successes, Column trials) {
    return when(successes.equalTo(trials), lit(1.0))
        .otherwise(middle(successes).plus(reach(successes, trials)).divide(scale(trials)));
  }

  private static Column middle(Column successes) {
    return lit(2.0).multiply(successes.cast("double")).plus(Z * Z);
  }

  private static Column reach(Column successes, Column trials) {
    Column x = successes.cast("double");
    Column n = trials.cast("double");
    return lit(Z).multiply(sqrt(lit(4.0).multiply(x).multiply(n.minus(x)).divide(n).plus(Z * Z)));
  }

  private static Column scale(Column trials) {
    return lit(2.0).multiply(trials.cast("double").plus(Z * Z));
  }
}
