package dev.cohortium.stats;

/** Refuses arguments that cannot be, naming argument, value and bound. */
final class Arguments {
  private Arguments() {}

  /** Refuses NaN and infinities. */
  static void finite(String name, double... values) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(
            name
                + (values.length == 1 ? "" : "[" + i + "]")
                + " is "
                + values[i]
                + ", must be finite");
      }
    }
  }

  /** Refuses what is not above 0, and infinities. */
  static void positive(String name, double... values) {
    finite(name, values);
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] > 0)) {
        throw new IllegalArgumentException(
            name
                + (values.length == 1 ? "" : "[" + i + "]")
                + " is "
                + plain(values[i])
                + ", must be above 0");
      }
    }
  }

  /** Refuses what is not 0. */
  static void zero(String name, double value) {
    if (value != 0) {
      throw new IllegalArgumentException(name + " is " + plain(value) + ", must be 0");
    }
  }

  /** Refuses what is below {@code bound}. */
  static void atLeast(String name, double value, double bound) {
    if (!(value >= bound)) {
      throw new IllegalArgumentException(
          name + " is " + plain(value) + ", must be at least " + plain(bound));
    }
  }

  /** Refuses what is not above {@code bound}. */
  static void above(String name, double value, double bound) {
    if (!(value > bound)) {
      throw new IllegalArgumentException(
          name + " is " + plain(value) + ", must be above " + plain(bound));
    }
  }

  /** Refuses what is above {@code bound}. */
  static void atMost(String name, double value, double bound) {
    if (!(value <= bound)) {
      throw new IllegalArgumentException(
          name + " is " + plain(value) + ", must be at most " + plain(bound));
    }
  }

  /** Refuses what is not strictly between {@code low} and {@code high}. */
  static void inside(String name, double value, double low, double high) {
    if (!(value > low && value < high)) {
      throw new IllegalArgumentException(
          name
              + " is "
              + plain(value)
              + ", must lie between "
              + plain(low)
              + " and "
              + plain(high));
    }
  }

  /** Refuses arrays of different lengths. */
  static void sameLength(String name, int length, String other, int otherLength) {
    if (length != otherLength) {
      throw new IllegalArgumentException(
          name + " has " + length + " values, must have as many as " + other + ", " + otherLength);
    }
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
