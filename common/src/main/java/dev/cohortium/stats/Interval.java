package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;

/** An interval of values, its limits included; of 95 % where nothing else is said. */
public record Interval(double low, double high) implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /**
   * An interval.
   *
   * @throws IllegalArgumentException if a limit is no number or low lies above high
   */
  public Interval {
    if (!(low <= high)) {
      throw new IllegalArgumentException("low is " + low + ", must be at most high, " + high);
    }
  }

  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}
