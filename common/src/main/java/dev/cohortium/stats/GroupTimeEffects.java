package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The effects of joining on each cohort in each month, ATT(g,t): what they are, without their
 * errors, and what can be made of them.
 *
 * <p>An event month is a month less that of joining. Means over cohorts weigh by the cohorts'
 * sizes; what they are made of is a {@link LinearForm}, so that the sizes' own chance counts.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021</a>
 */
public final class GroupTimeEffects {
  private final StaggeredDesign design;
  private final List<Cell> cells;
  private final List<Gap> gaps;
  private final int[] cohorts;
  private final long[] sizes;
  private final Told told;
  private final int[] levels;

  /** What forms are made of. */
  private enum Told {
    EFFECTS,
    LEVELS
  }

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
  public record Gap(int joined, int month, String reason) {}

  private GroupTimeEffects(
      StaggeredDesign design,
      List<Cell> cells,
      List<Gap> gaps,
      int[] cohorts,
      long[] sizes,
      Told told) {
    this.design = design;
    this.cells = cells;
    this.gaps = gaps;
    this.cohorts = cohorts;
    this.sizes = sizes;
    this.told = told;
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
        sizes.values().stream().mapToLong(Long::longValue).toArray(),
        Told.EFFECTS);
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

  /** The place of a cohort among {@link #cohorts}. */
  int place(int joined) {
    int place = Arrays.binarySearch(cohorts, joined);
    if (place < 0) {
      throw new IllegalArgumentException(
          "joined is " + joined + ", must be one of " + Arrays.toString(cohorts));
    }
    return place;
  }

  /**
   * The same of the cohorts' own means instead of the effects on them, in months from joining on:
   * for {@link JointEffects#relative}.
   */
  public GroupTimeEffects levels() {
    return new GroupTimeEffects(design, cells, gaps, cohorts, sizes, Told.LEVELS);
  }

  /** The number of effects and levels that customers have an influence on. */
  int parts() {
    return cells.size() + (int) Arrays.stream(levels).filter(place -> place >= 0).count();
  }

  /** The place among effects and levels of a cell's level; -1 before joining. */
  public int levelOf(int place) {
    return levels[place];
  }

  /** Each effect by itself, in the order of {@link #cells}; or each level. */
  public List<LinearForm> each() {
    return IntStream.range(0, cells.size()).filter(this::isTold).mapToObj(this::form).toList();
  }

  private boolean isTold(int place) {
    return told == Told.EFFECTS || levels[place] >= 0;
  }

  private LinearForm form(int place) {
    Cell cell = cells.get(place);
    return told == Told.EFFECTS
        ? LinearForm.cell(cell.effect(), place, parts(), cohorts.length)
        : LinearForm.cell(cell.level(), levels[place], parts(), cohorts.length);
  }

  /** The effect by event month, over all cohorts that have it. */
  public SortedMap<Integer, LinearForm> byEventMonth() {
    return bySize(cell -> true, Cell::eventMonth);
  }

  /**
   * The effect by event month up to {@code last}, over the cohorts whose effect in event month
   * {@code last} is measured: the same customers in every event month from joining on.
   *
   * @throws IllegalArgumentException if {@code last} is negative
   */
  public SortedMap<Integer, LinearForm> balancedByEventMonth(int last) {
    Arguments.atLeast("last", last, 0);
    Set<Integer> complete =
        cells.stream()
            .filter(cell -> cell.eventMonth() == last)
            .map(Cell::joined)
            .collect(Collectors.toSet());
    return bySize(
        cell -> cell.eventMonth() <= last && complete.contains(cell.joined()), Cell::eventMonth);
  }

  /** The effect by month, of event months from {@code first} on. */
  public SortedMap<Integer, LinearForm> byMonth(int first) {
    return bySize(cell -> cell.eventMonth() >= first, Cell::month);
  }

  /** The effect of each cohort: the mean of its event months from {@code first} on. */
  public SortedMap<Integer, LinearForm> byCohort(int first) {
    SortedMap<Integer, LinearForm> forms = new TreeMap<>();
    groups(cell -> cell.eventMonth() >= first, Cell::joined)
        .forEach((joined, of) -> forms.put(joined, LinearForm.mean(forms(of))));
    return forms;
  }

  /** The mean of the cohorts' effects, by their sizes; empty without any. */
  public Optional<LinearForm> overCohorts(int first) {
    SortedMap<Integer, LinearForm> forms = byCohort(first);
    int[] places = forms.keySet().stream().mapToInt(this::place).toArray();
    return places.length == 0
        ? Optional.empty()
        : Optional.of(LinearForm.bySize(List.copyOf(forms.values()), places, sizes));
  }

  /** The mean of all effects of event months from {@code first} on, by size; empty without any. */
  public Optional<LinearForm> simple(int first) {
    return Optional.ofNullable(bySize(cell -> cell.eventMonth() >= first, cell -> 0).get(0));
  }

  /**
   * The mean of some of {@code forms}, from key {@code first} to {@code last}; empty unless all of
   * them are there.
   *
   * @throws IllegalArgumentException if last lies below first
   */
  public static Optional<LinearForm> mean(
      SortedMap<Integer, LinearForm> forms, int first, int last) {
    Arguments.atLeast("last", last, first);
    List<LinearForm> asked = List.copyOf(forms.subMap(first, last + 1).values());
    return asked.size() == last - first + 1
        ? Optional.of(LinearForm.mean(asked))
        : Optional.empty();
  }

  private SortedMap<Integer, LinearForm> bySize(Predicate<Cell> some, ToIntFunction<Cell> key) {
    SortedMap<Integer, LinearForm> forms = new TreeMap<>();
    groups(some, key)
        .forEach(
            (name, of) -> {
              int[] places = of.stream().mapToInt(at -> place(cells.get(at).joined())).toArray();
              forms.put(name, LinearForm.bySize(forms(of), places, sizes));
            });
    return forms;
  }

  /** The places of some cells by a key. */
  private SortedMap<Integer, List<Integer>> groups(Predicate<Cell> some, ToIntFunction<Cell> key) {
    SortedMap<Integer, List<Integer>> groups = new TreeMap<>();
    for (int place = 0; place < cells.size(); place++) {
      Cell cell = cells.get(place);
      if (isTold(place) && some.test(cell)) {
        groups.computeIfAbsent(key.applyAsInt(cell), none -> new ArrayList<>()).add(place);
      }
    }
    return groups;
  }

  private List<LinearForm> forms(List<Integer> places) {
    return places.stream().map(this::form).toList();
  }
}
