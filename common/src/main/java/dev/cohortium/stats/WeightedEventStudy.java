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
 * The effects of staggered joining on some metrics where customers count differently: on matched
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

  /** By metric; their cells are of the same comparisons. */
  private final List<GroupTimeEffects> effects;

  private final Comparison[] comparisons;

  /** By place among all comparisons; null: a gap, or against another base. */
  private final Contrast[] contrasts;

  private WeightedEventStudy(
      List<GroupTimeEffects> effects, Comparison[] comparisons, Contrast[] contrasts) {
    this.effects = effects;
    this.comparisons = comparisons;
    this.contrasts = contrasts;
  }

  /** Weighted means, by metric. */
  private static final class Means implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final double weight;
    private final double[] values;

    Means(double weight, double[] sums) {
      this.weight = weight;
      values = Arrays.stream(sums).map(sum -> sum / weight).toArray();
    }
  }

  /** The means that the effects of a cell are made of. */
  private record Contrast(int cell, Comparison of, Means treated, Means controls, Means levels)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    /** What somebody moves the effects by. */
    void influences(ComparedLife compared, int at, double[] into) {
      double[] month = compared.life().values(of.month());
      double[] base = compared.life().values(of.base());
      Means means = isOf(compared) ? treated : controls;
      double share = compared.weight(at) / (isOf(compared) ? means.weight : -means.weight);
      for (int metric = 0; metric < into.length; metric++) {
        into[metric] = share * (month[metric] - base[metric] - means.values[metric]);
      }
    }

    /** What one of the cohort moves its levels by. */
    void ofLevels(ComparedLife compared, int at, double[] into) {
      double[] month = compared.life().values(of.month());
      double share = compared.weight(at) / levels.weight;
      for (int metric = 0; metric < into.length; metric++) {
        into[metric] = share * (month[metric] - levels.values[metric]);
      }
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
    private final Comparison[] comparisons;
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
      this.comparisons = comparisons.toArray(Comparison[]::new);
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
        Comparison of = comparisons[place];
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

    /** The effects. */
    public WeightedEventStudy study() {
      return study(design.base());
    }

    /** The effects against one of the bases. */
    public WeightedEventStudy study(Base base) {
      List<Contrast> found = new ArrayList<>();
      List<Gap> gaps = new ArrayList<>();
      StaggeredDesign against = design.with(base);
      Contrast[] contrasts = new Contrast[treated.length];
      for (int place = 0; place < treated.length; place++) {
        Comparison of = comparisons[place];
        if (against.compares(of)) {
          Optional<String> reason = reason(treated[place], controls[place]);
          if (reason.isPresent()) {
            gaps.add(new Gap(of.joined(), of.month(), reason.get()));
          } else {
            contrasts[place] = contrast(place, found.size());
            found.add(contrasts[place]);
          }
        }
      }
      List<GroupTimeEffects> effects = new ArrayList<>();
      for (int metric = 0; metric < metrics; metric++) {
        List<Cell> cells = new ArrayList<>();
        for (int place = 0; place < contrasts.length; place++) {
          if (contrasts[place] != null) {
            cells.add(cell(contrasts[place], place, metric));
          }
        }
        effects.add(GroupTimeEffects.of(against, cells, gaps));
      }
      return new WeightedEventStudy(effects, comparisons, contrasts);
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

    private Contrast contrast(int place, int cell) {
      Arm cohort = treated[place];
      return new Contrast(
          cell,
          comparisons[place],
          cohort.means(cohort.changes),
          controls[place].means(controls[place].changes),
          cohort.means(cohort.levels));
    }

    private Cell cell(Contrast of, int place, int metric) {
      return new Cell(
          of.of.joined(),
          of.of.month(),
          of.of.base(),
          of.treated.values[metric] - of.controls.values[metric],
          of.levels.values[metric],
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
      double[] month = life.values(of.month());
      double[] base = life.values(of.base());
      for (int metric = 0; metric < changes.length; metric++) {
        changes[metric] += counts * (month[metric] - base[metric]);
      }
    }

    /** Adds the month itself, which is asked of cohorts only. */
    void addLevels(WeightedLife life, int month, double counts) {
      double[] values = life.values(month);
      for (int metric = 0; metric < levels.length; metric++) {
        levels[metric] += counts * values[metric];
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

    Means means(double[] sums) {
      return new Means(weight, sums);
    }

    EffectiveSampleSize size() {
      return new EffectiveSampleSize(lives, weight, squares);
    }
  }

  /** The effects on a metric without their errors, and what can be made of them. */
  public GroupTimeEffects effects(int metric) {
    return effects.get(metric);
  }

  /** Somebody with all that these effects, and others of the same sums, count of them. */
  public ComparedLife compared(WeightedLife life) {
    return new ComparedLife(life, effects.get(0).design(), comparisons);
  }

  /**
   * Adds what somebody moves each effect by.
   *
   * @param compared of {@link #compared}
   * @param moved by the order of {@link GroupTimeEffects#cells}, then of metrics
   */
  public void move(ComparedLife compared, double[] moved) {
    double[] influences = new double[effects.size()];
    for (int at = 0; at < compared.count(); at++) {
      Contrast contrast = contrasts[compared.place(at)];
      if (contrast != null) {
        contrast.influences(compared, at, influences);
        int from = contrast.cell * influences.length;
        for (int metric = 0; metric < influences.length; metric++) {
          moved[from + metric] += influences[metric];
        }
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
   * @param forms sums of the forms that are asked for, of all metrics, which stay as they are
   * @param moved from {@link InfluenceSums#unmoved} on
   */
  public void move(ComparedLife compared, InfluenceSums forms, double[] moved) {
    boolean isInCohort = false;
    double[] influences = new double[effects.size()];
    for (int at = 0; at < compared.count(); at++) {
      Contrast contrast = contrasts[compared.place(at)];
      if (contrast != null) {
        contrast.influences(compared, at, influences);
        forms.move(moved, contrast.cell, influences);
        if (contrast.isOf(compared)) {
          isInCohort = true;
          int level = effects.get(0).levelOf(contrast.cell);
          if (level >= 0) {
            contrast.ofLevels(compared, at, influences);
            forms.move(moved, level, influences);
          }
        }
      }
    }
    if (isInCohort) {
      WeightedLife life = compared.life();
      forms.resize(moved, effects.get(0).place(life.joined()), life.customers());
    }
  }
}
