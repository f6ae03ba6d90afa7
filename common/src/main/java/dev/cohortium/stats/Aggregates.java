package dev.cohortium.stats;

import dev.cohortium.stats.GroupTimeEffects.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * What can be made of group-time effects, or of the cohorts' own means: one number of many, by
 * event month, month or cohort, or over all.
 *
 * <p>An event month is a month less that of joining. Means over cohorts weigh by the cohorts'
 * sizes; what they are made of is a {@link LinearForm}, so that the sizes' own chance counts.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021, section
 *     3</a>
 */
public final class Aggregates {
  private final GroupTimeEffects effects;
  private final List<Cell> cells;
  private final Told told;

  private enum Told {
    EFFECTS,
    LEVELS
  }

  private Aggregates(GroupTimeEffects effects, Told told) {
    this.effects = effects;
    this.told = told;
    cells = effects.cells();
  }

  static Aggregates ofEffects(GroupTimeEffects effects) {
    return new Aggregates(effects, Told.EFFECTS);
  }

  /** Of months from joining on. */
  static Aggregates ofLevels(GroupTimeEffects effects) {
    return new Aggregates(effects, Told.LEVELS);
  }

  /** Each effect by itself, in the order of {@link #cells}; or each level. */
  public List<LinearForm> each() {
    return IntStream.range(0, cells.size()).filter(this::isTold).mapToObj(this::form).toList();
  }

  private boolean isTold(int place) {
    return told == Told.EFFECTS || effects.levelOf(place) >= 0;
  }

  private LinearForm form(int place) {
    Cell cell = cells.get(place);
    int cohorts = effects.sizes().length;
    return told == Told.EFFECTS
        ? LinearForm.cell(cell.effect(), place, effects.parts(), cohorts)
        : LinearForm.cell(cell.level(), effects.levelOf(place), effects.parts(), cohorts);
  }

  /** The effect by event month, over all cohorts that have it. */
  public SortedMap<Integer, LinearForm> byEventMonth() {
    return bySize(cell -> true, Cell::eventMonth);
  }

  /**
   * The effect by event month up to {@code last}, over the cohorts whose effect in event month
   * {@code last} is measured: the same customers in every event month from joining on. For a reader
   * who looks at the path as one: here no month differs from the next by who is in it.
   *
   * @throws IllegalArgumentException if {@code last} is negative
   */
  public SortedMap<Integer, LinearForm> balancedByEventMonth(int last) {
    Arguments.atLeast("last", last, 0);
    Set<Integer> complete = effects.observed(last);
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

  /**
   * The mean of the cohorts' effects, by their sizes; empty without any. For who asks for one
   * number of a programme: each member counts once, however long ago the joining is.
   */
  public Optional<LinearForm> overCohorts(int first) {
    SortedMap<Integer, LinearForm> forms = byCohort(first);
    int[] places = forms.keySet().stream().mapToInt(effects::place).toArray();
    return places.length == 0
        ? Optional.empty()
        : Optional.of(LinearForm.bySize(List.copyOf(forms.values()), places, effects.sizes()));
  }

  /**
   * The mean of all effects of event months from {@code first} on, by size; empty without any. For
   * sums of money: times the member-months so far it is what joining has brought, so that early
   * cohorts count more.
   */
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
              int[] places =
                  of.stream().mapToInt(at -> effects.place(cells.get(at).joined())).toArray();
              forms.put(name, LinearForm.bySize(forms(of), places, effects.sizes()));
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
