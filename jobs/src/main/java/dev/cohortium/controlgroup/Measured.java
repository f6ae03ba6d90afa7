package dev.cohortium.controlgroup;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A quantity as it is or with amounts capped.
 *
 * @param isCapped whether a customer's amount counts up to the cap only
 */
record Measured(Quantity quantity, boolean isCapped) {
  /** What the metrics of a study need, capped ones last. */
  static List<Measured> of(List<String> metrics, boolean isWithCapped) {
    Set<Quantity> quantities = EnumSet.noneOf(Quantity.class);
    metrics.forEach(metric -> Quantity.of(metric).ifPresent(quantities::add));
    if (metrics.contains(Quantity.AVERAGE_RECEIPT)) {
      quantities.add(Quantity.NET_REVENUE);
      quantities.add(Quantity.ORDERS);
    }
    List<Measured> measured = new ArrayList<>();
    quantities.forEach(quantity -> measured.add(new Measured(quantity, false)));
    if (isWithCapped) {
      quantities.stream()
          .filter(Quantity::isAmount)
          .forEach(quantity -> measured.add(new Measured(quantity, true)));
    }
    return measured;
  }

  /** Its variant in table effects. */
  String variant() {
    return isCapped ? "winsorised" : "raw";
  }
}
