package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The weights of an event study where joining reacts to the orders of a month. A month in which
 * somebody has not joined is one with few orders, so it counts by the inverse of the chance of not
 * having joined in it, given its orders.
 *
 * <p>Both months that are compared are such months for the controls, and the earlier one for the
 * cohort as well, which had not joined yet either. So a change counts by the inverse of the chance
 * of not having joined from the earlier month on: until the month before joining for the cohort,
 * until the month that makes somebody a control for the others. Weights are capped at the 99.5th
 * percentile of all who had not joined in the same months, up to a hundredth. Means are weighted
 * ones, so that a factor common to all, as a numerator that would stabilise the weights, changes
 * nothing.
 *
 * <p>Errors take the weights as known; where the chances of joining are right, they are then as
 * large as the spread of simulated estimates.
 *
 * <p>The cohort's effect is then that of who would have joined in its month, had nobody been able
 * to from the base month on. What lasts from the orders that made somebody join into later months
 * stays in it.
 *
 * @see <a href="https://doi.org/10.1111/j.0006-341X.2000.00779.x">Robins, Finkelstein 2000</a>
 */
public final class StayingWeights implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private static final double SHARE = 0.995;
  private static final double BAR = 0.01;
  private static final int LAST_BAR = 2000;

  private final StaggeredDesign design;

  /** Logarithms of the largest weights by first and last month; 0: nobody was seen in them. */
  private final double[][] caps;

  private StayingWeights(StaggeredDesign design, double[][] caps) {
    this.design = design;
    this.caps = caps;
  }

  /** Months in a row in which somebody must not have joined. */
  private record Span(int first, int last) implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    static Span of(Comparison of, Role role, StaggeredDesign design) {
      int last =
          role == Role.TREATED
              ? of.joined() - 1
              : Math.min(design.months(), design.controlsFrom(of.month(), of.base())) - 1;
      return new Span(Math.min(of.month(), of.base()), last);
    }

    /** The logarithm of the weight. */
    double of(double[] stayed) {
      return stayed[first] - stayed[last + 1];
    }
  }

  /**
   * The logarithms of the chances of not having joined before each month, from the first of the
   * window, and in all of it.
   *
   * @param logStays of each month the logarithm of the chance of not joining in it; 0 without an
   *     opportunity, any number from the month of joining on
   * @throws IllegalArgumentException if one is not finite or above 0
   */
  public static double[] stayed(double... logStays) {
    Arguments.finite("logStays", logStays);
    double[] stayed = new double[logStays.length + 1];
    for (int month = 0; month < logStays.length; month++) {
      Arguments.atMost("logStays", logStays[month], 0);
      stayed[month + 1] = stayed[month] + logStays[month];
    }
    return stayed;
  }

  /**
   * What somebody counts in a comparison.
   *
   * @param stayed of {@link #stayed}
   */
  public double weight(Comparison of, Role role, double[] stayed) {
    Span span = Span.of(of, role, design);
    return Math.exp(Math.min(span.of(stayed), caps[span.first][span.last]));
  }

  /**
   * What a control counts in a comparison that is like its cohort until the month of joining, as in
   * a matched set: by the chance of not having joined from then on, in that month at least. Capped
   * as {@link #weight} is, before joining as in the month of it.
   *
   * @param stayed of {@link #stayed}
   * @param until logarithm of the chance of not having joined at the orders of that month up to the
   *     one at which the set stands, at most 0
   */
  public double weightSinceJoining(Comparison of, double[] stayed, double until) {
    int month = Math.max(of.month(), of.joined());
    Comparison since = new Comparison(of.joined(), month, of.joined() - 1 - design.anticipation());
    Span control = Span.of(since, Role.CONTROL, design);
    int last = Math.max(of.joined(), Span.of(of, Role.CONTROL, design).last);
    double log = new Span(of.joined(), last).of(stayed) + until;
    return Math.exp(Math.min(log, caps[control.first][control.last]));
  }

  /** How the weights of all months of a design are spread. A state that changes, and adds. */
  public static final class Bars implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final StaggeredDesign design;
    private final Span[] spans;
    private final Histogram[] bars;

    /**
     * Nobody.
     *
     * @param comparisons of the design, {@link StaggeredDesign#comparisons}
     * @throws IllegalArgumentException if the design has no controls
     */
    public Bars(StaggeredDesign design, List<Comparison> comparisons) {
      design.requireControls();
      this.design = design;
      spans =
          comparisons.stream()
              .flatMap(of -> Stream.of(Role.TREATED, Role.CONTROL).map(role -> span(of, role)))
              .distinct()
              .toArray(Span[]::new);
      bars = new Histogram[spans.length];
      Arrays.setAll(bars, place -> new Histogram());
    }

    private Span span(Comparison of, Role role) {
      return Span.of(of, role, design);
    }

    /**
     * Adds a customer.
     *
     * @param stayed of {@link StayingWeights#stayed}
     * @return this, changed
     * @throws IllegalArgumentException if stayed is not of the design's months
     */
    public Bars add(int joined, int acquired, double[] stayed) {
      Arguments.sameLength("stayed", stayed.length - 1, "the design", design.months());
      for (int place = 0; place < spans.length; place++) {
        Span span = spans[place];
        if (joined > span.last && acquired < span.first) {
          bars[place].add(span.of(stayed));
        }
      }
      return this;
    }

    /**
     * Adds the customers of {@code other}, of the same comparisons, which stays as it is.
     *
     * @return this, changed
     * @throws IllegalArgumentException if it is of other comparisons
     */
    public Bars plus(Bars other) {
      if (!Arrays.equals(spans, other.spans)) {
        throw new IllegalArgumentException("other is of other comparisons, must be of the same");
      }
      for (int place = 0; place < bars.length; place++) {
        bars[place].plus(other.bars[place]);
      }
      return this;
    }

    /** The weights, with their caps. */
    public StayingWeights weights() {
      double[][] caps = new double[design.months()][design.months()];
      for (int place = 0; place < spans.length; place++) {
        caps[spans[place].first][spans[place].last] = bars[place].cap();
      }
      return new StayingWeights(design, caps);
    }
  }

  /** The customers of a span by their weights' logarithms, a hundredth a bar. */
  private static final class Histogram implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private long[] counts = new long[1];

    void add(double weight) {
      // Beyond the last bar no cap is worth being told from another.
      int bar = (int) Math.min(LAST_BAR, Math.floor(weight / BAR));
      reach(bar);
      counts[bar]++;
    }

    private void reach(int bar) {
      if (bar >= counts.length) {
        counts = Arrays.copyOf(counts, Math.max(bar + 1, 2 * counts.length));
      }
    }

    void plus(Histogram other) {
      reach(other.counts.length - 1);
      for (int bar = 0; bar < other.counts.length; bar++) {
        counts[bar] += other.counts[bar];
      }
    }

    /** The end of the bar in which the last are that are not too large; 0 of nobody. */
    double cap() {
      long all = Arrays.stream(counts).sum();
      long below = 0;
      for (int bar = 0; bar < counts.length && all > 0; bar++) {
        below += counts[bar];
        if (below >= SHARE * all) {
          return (bar + 1) * BAR;
        }
      }
      return 0;
    }
  }
}
