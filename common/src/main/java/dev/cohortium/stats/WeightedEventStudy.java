package dev.cohortium.stats;

import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.GroupTimeEffects.Gap;
import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The effects of staggered joining on one metric where customers count differently: on matched
 * sets, by the chance of not having joined ({@link StayingWeights}), or by region.
 *
 * <p>ATT(g,t) is the weighted mean change of the cohort from its base month less that of its
 * controls, who are those of {@link EventStudy}. One pass over the lives fills {@link Sums}, one
 * more sums their {@link #influences}, by whatever clusters they depend on each other in. Weights
 * count as known. With all weights 1 it is {@link EventStudy}.
 *
 * <p>A comparison with too few on either side is a gap with its reason, as is one whose controls'
 * weights tell less than 30 % of as many equal ones.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021</a>
 */
public final class WeightedEventStudy implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final GroupTimeEffects effects;
  private final int metric;
  private final List<Comparison> comparisons;

  /** By place among all comparisons; null: a gap, or against another base. */
  private final Contrast[] contrasts;

  private WeightedEventStudy(
      GroupTimeEffects effects, int metric, List<Comparison> comparisons, Contrast[] contrasts) {
    this.effects = effects;
    this.metric = metric;
    this.comparisons = comparisons;
    this.contrasts = contrasts;
  }

  /** A weighted mean. */
  private record Mean(double weight, double value) implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    /** What an observation moves it by. */
    double influence(double counts, double observed) {
      return counts / weight * (observed - value);
    }
  }

  /** The means that the effect of a cell is made of. */
  private record Contrast(int cell, Comparison of, Mean treated, Mean controls, Mean level)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    /** What somebody moves the effect by. */
    double influence(ComparedLife compared, int at, int metric) {
      WeightedLife life = compared.life();
      double change = life.value(metric, of.month()) - life.value(metric, of.base());
      return isOf(compared)
          ? treated.influence(compared.weight(at), change)
          : -controls.influence(compared.weight(at), change);
    }

    /** What one of the cohort moves its level by. */
    double ofLevel(ComparedLife compared, int at, int metric) {
      return level.influence(compared.weight(at), compared.life().value(metric, of.month()));
    }

    /** Whether somebody is of the cohort. */
    boolean isOf(ComparedLife compared) {
      return compared.isTreated(of.joined());
    }
  }

  /** What lives add to the means of all comparisons and metrics. A state that changes, and adds. */
  public static final class Sums implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final StaggeredDesign design;
    private final int metrics;
    private final List<Comparison> comparisons;
    private final Arm[] treated;
    private final Arm[] controls;

    /**
     * Nobody.
     *
     * @param comparisons of the design, {@link StaggeredDesign#comparisons}, or of it with several
     *     bases, by cohort and month
     * @throws IllegalArgumentException if metrics are below 1, or the design has no controls
     */
    public Sums(StaggeredDesign design, List<Comparison> comparisons, int metrics) {
      design.requireControls();
      Arguments.atLeast("metrics", metrics, 1);
      this.design = design;
      this.metrics = metrics;
      this.comparisons = List.copyOf(comparisons);
      treated = new Arm[comparisons.size()];
      controls = new Arm[comparisons.size()];
      Arrays.setAll(treated, place -> new Arm(metrics));
      Arrays.setAll(controls, place -> new Arm(metrics));
    }

    /**
     * Adds somebody.
     *
     * @return this, changed
     * @throws IllegalArgumentException if a weight is negative, or a number not finite
     */
    public Sums add(WeightedLife life) {
      ComparedLife compared = new ComparedLife(life, design, comparisons);
      for (int at = 0; at < compared.count(); at++) {
        int place = compared.place(at);
        Comparison of = comparisons.get(place);
        if (compared.isTreated(of.joined())) {
          treated[place].add(life, of, compared.weight(at));
          treated[place].addLevels(life, of.month(), compared.weight(at));
        } else {
          controls[place].add(life, of, compared.weight(at));
        }
      }
      return this;
    }

    /**
     * Adds the lives of {@code other}, which stays as it is.
     *
     * @return this, changed
     * @throws IllegalArgumentException if it is of other comparisons or metrics
     */
    public Sums plus(Sums other) {
      Arguments.sameLength("other", other.treated.length, "comparisons", treated.length);
      Arguments.sameLength("other's metrics", other.metrics, "this", metrics);
      for (int place = 0; place < treated.length; place++) {
        treated[place].plus(other.treated[place]);
        controls[place].plus(other.controls[place]);
      }
      return this;
    }

    /**
     * The effects on a metric.
     *
     * @throws IllegalArgumentException if there is no such metric
     */
    public WeightedEventStudy study(int metric) {
      return study(metric, design.base());
    }

    /**
     * The effects on a metric against one of the bases.
     *
     * @throws IllegalArgumentException if there is no such metric
     */
    public WeightedEventStudy study(int metric, Base base) {
      Arguments.atLeast("metric", metric, 0);
      Arguments.atMost("metric", metric, metrics - 1.0);
      List<Cell> cells = new ArrayList<>();
      List<Gap> gaps = new ArrayList<>();
      StaggeredDesign against = design.with(base);
      Contrast[] contrasts = new Contrast[treated.length];
      for (int place = 0; place < treated.length; place++) {
        Comparison of = comparisons.get(place);
        if (against.compares(of)) {
          Optional<String> reason = reason(treated[place], controls[place]);
          if (reason.isPresent()) {
            gaps.add(new Gap(of.joined(), of.month(), reason.get()));
          } else {
            contrasts[place] = contrast(place, metric, cells.size());
            cells.add(cell(contrasts[place], place));
          }
        }
      }
      return new WeightedEventStudy(
          GroupTimeEffects.of(against, cells, gaps), metric, comparisons, contrasts);
    }

    private Optional<String> reason(Arm cohort, Arm others) {
      return TooFew.inCohort(cohort.lives, others.lives, design.leastCohort())
          .or(
              () ->
                  others.size().isCollapsed()
                      ? Optional.of(
                          String.format(
                              "The controls' weights have collapsed: %d tell as much as %.1f that"
                                  + " count alike.",
                              others.lives, others.size().value()))
                      : Optional.empty());
    }

    private Contrast contrast(int place, int metric, int cell) {
      Arm cohort = treated[place];
      return new Contrast(
          cell,
          comparisons.get(place),
          cohort.mean(cohort.changes[metric]),
          controls[place].mean(controls[place].changes[metric]),
          cohort.mean(cohort.levels[metric]));
    }

    private Cell cell(Contrast of, int place) {
      return new Cell(
          of.of.joined(),
          of.of.month(),
          of.of.base(),
          of.treated.value - of.controls.value,
          of.level.value,
          treated[place].customers,
          controls[place].customers,
          0);
    }
  }

  /** What lives of one role add to the means of a comparison. */
  private static final class Arm implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private long lives;
    private long customers;
    private double weight;
    private double squares;
    private final double[] changes;
    private final double[] levels;

    Arm(int metrics) {
      changes = new double[metrics];
      levels = new double[metrics];
    }

    void add(WeightedLife life, Comparison of, double counts) {
      lives++;
      customers += life.customers();
      weight += counts;
      squares += counts * counts;
      for (int metric = 0; metric < changes.length; metric++) {
        changes[metric] +=
            counts * (life.value(metric, of.month()) - life.value(metric, of.base()));
      }
    }

    /** Adds the month itself, which is asked of cohorts only. */
    void addLevels(WeightedLife life, int month, double counts) {
      for (int metric = 0; metric < levels.length; metric++) {
        levels[metric] += counts * life.value(metric, month);
      }
    }

    void plus(Arm other) {
      lives += other.lives;
      customers += other.customers;
      weight += other.weight;
      squares += other.squares;
      CohortMoments.add(other.changes, changes);
      CohortMoments.add(other.levels, levels);
    }

    Mean mean(double sum) {
      return new Mean(weight, sum / weight);
    }

    EffectiveSampleSize size() {
      return new EffectiveSampleSize(lives, weight, squares);
    }
  }

  /** The effects without their errors, and what can be made of them. */
  public GroupTimeEffects effects() {
    return effects;
  }

  /** Somebody with all that these effects, and others of the same sums, count of them. */
  public ComparedLife compared(WeightedLife life) {
    return new ComparedLife(life, effects.design(), comparisons);
  }

  /** What somebody moves each effect by, in the order of {@link GroupTimeEffects#cells}. */
  public double[] onCells(WeightedLife life) {
    double[] moved = new double[effects.cells().size()];
    move(compared(life), moved);
    return moved;
  }

  /**
   * Adds what somebody moves each effect by.
   *
   * @param compared of {@link #compared}
   * @param moved by the order of {@link GroupTimeEffects#cells}
   */
  public void move(ComparedLife compared, double[] moved) {
    for (int at = 0; at < compared.count(); at++) {
      Contrast contrast = contrasts[compared.place(at)];
      if (contrast != null) {
        moved[contrast.cell] += contrast.influence(compared, at, metric);
      }
    }
  }

  /**
   * What somebody moves forms of these effects by; a cluster is the sum of its members, added by
   * {@link InfluenceSums#add(double[])}.
   *
   * @param forms sums of the forms that are asked for, which stay as they are
   */
  public double[] influences(WeightedLife life, InfluenceSums forms) {
    double[] moved = forms.unmoved();
    move(compared(life), forms, moved);
    return forms.onForms(moved);
  }

  /**
   * Adds what somebody moves forms of these effects by.
   *
   * @param compared of {@link #compared}
   * @param forms sums of the forms that are asked for, which stay as they are
   * @param moved from {@link InfluenceSums#unmoved} on
   */
  public void move(ComparedLife compared, InfluenceSums forms, double[] moved) {
    boolean isInCohort = false;
    for (int at = 0; at < compared.count(); at++) {
      Contrast contrast = contrasts[compared.place(at)];
      if (contrast != null) {
        forms.move(moved, contrast.cell, contrast.influence(compared, at, metric));
        if (contrast.isOf(compared)) {
          isInCohort = true;
          moveLevel(compared, at, contrast, forms, moved);
        }
      }
    }
    if (isInCohort) {
      WeightedLife life = compared.life();
      forms.resize(moved, effects.place(life.joined()), life.customers());
    }
  }

  private void moveLevel(
      ComparedLife compared, int at, Contrast contrast, InfluenceSums forms, double[] moved) {
    int level = effects.levelOf(contrast.cell);
    if (level >= 0) {
      forms.move(moved, level, contrast.ofLevel(compared, at, metric));
    }
  }
}
