package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Optional;

/**
 * A cap on customers' totals, the same for both arms: the 99.5th percentile of the window's total
 * among those who bought in the window of equal length before.
 *
 * <p>Percentiles interpolate linearly between order statistics (Hyndman and Fan's type 7, that of
 * Spark's percentile). Capping changes the estimand: an effect on what customers spend below the
 * cap; show it beside the raw one.
 *
 * @param cap in units of the metric
 * @see <a href="https://doi.org/10.1080/00031305.1996.10473566">Hyndman, Fan 1996</a>
 */
public record Winsorised(double cap) {
  /** The share of totals that lie below the cap. */
  public static final double SHARE = 0.995;

  /** Totals below which the largest one alone would decide the cap. */
  public static final int LEAST = 200;

  /**
   * A cap known before.
   *
   * @throws IllegalArgumentException if it is not above 0 and finite: below, it would cap those who
   *     bought nothing
   */
  public Winsorised {
    Arguments.positive("cap", cap);
  }

  /**
   * The cap from those who bought before; empty for fewer than {@link #LEAST} of them, or where the
   * percentile is not above 0, as when hardly anybody bought again.
   *
   * @param totals of the window, of both arms' customers who bought in the window before
   * @throws IllegalArgumentException if a total is not finite
   */
  public static Optional<Winsorised> of(double... totals) {
    Arguments.finite("totals", totals);
    if (totals.length < LEAST) {
      return Optional.empty();
    }
    double[] sorted = totals.clone();
    Arrays.sort(sorted);
    Percentile place = Percentile.in(sorted.length, SHARE);
    double low = place.low(sorted);
    double cap = low + place.share() * (place.high(sorted) - low);
    return cap > 0 ? Optional.of(new Winsorised(cap)) : Optional.empty();
  }

  /**
   * The total, at most the cap.
   *
   * @throws IllegalArgumentException if it is not finite
   */
  public double capped(double total) {
    Arguments.finite("total", total);
    return Math.min(total, cap);
  }
}
