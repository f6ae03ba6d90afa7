package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The effects of joining on each cohort in each month, ATT(g,t): what they are, without their
 * errors. What can be made of them: {@link Aggregates}.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021</a>
 */
public final class GroupTimeEffects implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final StaggeredDesign design;
  private final List<Cell> cells;
  private final List<Gap> gaps;
  private final int[] cohorts;
  private final long[] sizes;
  private final int[] levels;

  /**
   * An effect.
   *
   * @param joined the cohort
   * @param month in which the effect is
   * @param base that it is compared with
   * @param effect in units of the metric
   * @param level mean of the cohort in the month
   * @param treated customers of the cohort
   * @param controls whom they are compared with
   * @param dropped customers of the cohort whose stratum has too few controls
   */
  public record Cell(
      int joined,
      int month,
      int base,
      double effect,
      double level,
      long treated,
      long controls,
      long dropped)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    /** What a customer of the cohort moves its level by. */
    public double ofLevel(double value) {
      return (value - level) / treated;
    }

    /** What is compared. */
    public StaggeredDesign.Comparison comparison() {
      return new StaggeredDesign.Comparison(joined, month, base);
    }

    /** The months since joining. */
    public int eventMonth() {
      return month - joined;
    }
  }

  /**
   * An effect that cannot be told.
   *
   * @param reason a sentence for the reader of the results
   */
  public record Gap(int joined, int month, String reason) implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  private GroupTimeEffects(
      StaggeredDesign design, List<Cell> cells, List<Gap> gaps, int[] cohorts, long[] sizes) {
    this.design = design;
    this.cells = cells;
    this.gaps = gaps;
    this.cohorts = cohorts;
    this.sizes = sizes;
    levels = levels(cells);
  }

  /** Of each cell from joining on the place of its level, after all cells; of others -1. */
  private static int[] levels(List<Cell> cells) {
    int[] levels = new int[cells.size()];
    int next = cells.size();
    for (int place = 0; place < levels.length; place++) {
      levels[place] = cells.get(place).eventMonth() >= 0 ? next++ : -1;
    }
    return levels;
  }

  /**
   * Effects that were found.
   *
   * @param cells by cohort and month
   * @throws IllegalArgumentException if an effect is not finite, cells are not in order, or those
   *     of a cohort have not as many customers, dropped ones among them
   */
  public static GroupTimeEffects of(StaggeredDesign design, List<Cell> cells, List<Gap> gaps) {
    TreeMap<Integer, Long> sizes = new TreeMap<>();
    for (int place = 0; place < cells.size(); place++) {
      Cell cell = cells.get(place);
      Arguments.finite("effect", cell.effect());
      Arguments.finite("level", cell.level());
      if (place > 0) {
        Cell last = cells.get(place - 1);
        Arguments.atLeast("joined", cell.joined(), last.joined());
        Arguments.above("month", cell.month(), cell.joined() == last.joined() ? last.month() : -1);
      }
      long size = cell.treated() + cell.dropped();
      Arguments.zero(
          "a cohort's change of size", (double) (size - sizes.getOrDefault(cell.joined(), size)));
      sizes.put(cell.joined(), size);
    }
    return new GroupTimeEffects(
        design,
        List.copyOf(cells),
        List.copyOf(gaps),
        sizes.keySet().stream().mapToInt(Integer::intValue).toArray(),
        sizes.values().stream().mapToLong(Long::longValue).toArray());
  }

  /** The design. */
  public StaggeredDesign design() {
    return design;
  }

  /** The effects by cohort and month; places of {@link LinearForm}s are those of this list. */
  public List<Cell> cells() {
    return cells;
  }

  /** The effects that cannot be told. */
  public List<Gap> gaps() {
    return gaps;
  }

  /** The joining months of the cohorts, ascending. */
  public int[] cohorts() {
    return cohorts.clone();
  }

  /**
   * The number of customers of a cohort.
   *
   * @throws IllegalArgumentException if there is no such cohort
   */
  public long size(int joined) {
    return sizes[place(joined)];
  }

  /**
   * The place among {@link #cohorts} of a customer's cohort; -1 of who is in none of them: for
   * {@link InfluenceSums}.
   */
  public int cohortOf(int joined, int acquired) {
    return joined != StaggeredDesign.NEVER && design.isKnown(joined, acquired)
        ? Math.max(-1, Arrays.binarySearch(cohorts, joined))
        : -1;
  }

  /** The number of customers of each cohort; not a copy. */
  long[] sizes() {
    return sizes;
  }

  /** The place of a cohort among {@link #cohorts}. */
  int place(int joined) {
    int place = Arrays.binarySearch(cohorts, joined);
    if (place < 0) {
      throw new IllegalArgumentException(
          "joined is " + joined + ", must be one of " + Arrays.toString(cohorts));
    }
    return place;
  }

  /** The joining months whose effect in an event month is measured. */
  public Set<Integer> observed(int eventMonth) {
    return cells.stream()
        .filter(cell -> cell.eventMonth() == eventMonth)
        .map(Cell::joined)
        .collect(Collectors.toSet());
  }

  /** What can be made of the effects. */
  public Aggregates aggregates() {
    return Aggregates.ofEffects(this);
  }

  /**
   * The same of the cohorts' own means instead of the effects on them, in months from joining on:
   * for {@link JointEffects#relative}.
   */
  public Aggregates levels() {
    return Aggregates.ofLevels(this);
  }

  /** The number of effects and levels that customers have an influence on. */
  int parts() {
    return cells.size() + (int) Arrays.stream(levels).filter(place -> place >= 0).count();
  }

  /** The place among effects and levels of a cell's level; -1 before joining. */
  public int levelOf(int place) {
    return levels[place];
  }
}
