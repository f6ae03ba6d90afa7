package dev.cohortium.beforeafter;

import java.io.Serial;
import java.io.Serializable;

/**
 * A metric as it is, or with a customer's month capped.
 *
 * @param cap infinite: as it is
 */
record Measured(Metric metric, double cap) implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  static final String RAW = "raw";

  Measured(Metric metric) {
    this(metric, Double.POSITIVE_INFINITY);
  }

  /** What a customer has of it in a month. */
  double of(Life life, int month) {
    return Math.min(cap, metric.of(life, month));
  }

  boolean isRaw() {
    return cap == Double.POSITIVE_INFINITY;
  }

  /** Its variant in table effects. */
  String variant() {
    return isRaw() ? RAW : "winsorised";
  }
}
