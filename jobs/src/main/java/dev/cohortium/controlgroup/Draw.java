package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cohortium.config.Study.DesignControlGroup;
import org.apache.spark.sql.Column;

/**
 * The draw of a control group: a number between 0 and 1 that follows from salt and customer alone,
 * so that a customer's arm is the same whenever, wherever and with whomever it is drawn.
 */
final class Draw {
  static final String CONTROL = "control";
  static final String TREATMENT = "treatment";

  private static final double NUMBERS = 0x1p64;

  private Draw() {}

  /** The arm of a customer of a stratum. */
  static Column arm(DesignControlGroup design, Column customer, Column stratum) {
    return when(uniform(design.salt(), customer).lt(share(design, stratum)), CONTROL)
        .otherwise(TREATMENT);
  }

  /** A customer's number, evenly spread over 0..1. */
  static Column uniform(String salt, Column customer) {
    return xxhash64(lit(salt), customer).divide(lit(NUMBERS)).plus(0.5);
  }

  /** The share of a stratum that is held out. */
  static Column share(DesignControlGroup design, Column stratum) {
    Column share = lit(design.share());
    for (var entry : design.shares().entrySet()) {
      share = when(stratum.equalTo(entry.getKey()), entry.getValue()).otherwise(share);
    }
    return share;
  }
}
