package dev.cohortium.evidence;

import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A metric as it is, or with a customer's month capped.
 *
 * @param cap the most that a month may count; infinite: as it is
 */
public record Measured(Metric metric, double cap) implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  public static final String RAW = "raw";
  public static final String WINSORISED = "winsorised";

  /** The metric as it is. */
  public Measured(Metric metric) {
    this(metric, Double.POSITIVE_INFINITY);
  }

  /** Each metric as it is, and after all of them those that have a cap once more, capped. */
  public static List<Measured> of(Collection<Metric> metrics, Map<Metric, Double> caps) {
    List<Measured> measured = new ArrayList<>(metrics.stream().map(Measured::new).toList());
    metrics.stream()
        .filter(caps::containsKey)
        .forEach(metric -> measured.add(new Measured(metric, caps.get(metric))));
    return measured;
  }

  /**
   * What a customer has of it in a month.
   *
   * @param inactiveMonths months without an order after which a customer has churned
   */
  public double of(Purchases purchases, int month, int inactiveMonths) {
    return Math.min(cap, metric.of(purchases, month, inactiveMonths));
  }

  public boolean isRaw() {
    return cap == Double.POSITIVE_INFINITY;
  }

  /** Its variant in table effects. */
  public String variant() {
    return isRaw() ? RAW : WINSORISED;
  }
}
