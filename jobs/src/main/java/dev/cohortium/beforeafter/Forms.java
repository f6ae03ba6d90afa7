package dev.cohortium.beforeafter;

import dev.cohortium.stats.Aggregates;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.LinearForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is made of the effects on one metric; each form is made once, and is the same object. */
final class Forms {
  /** First event months of {@link #means}: with that of joining, and without. */
  static final List<Integer> FIRSTS = List.of(0, 1);

  /** Event months by which a breakdown is told. */
  private static final int BREAKDOWN_MONTHS = 3;

  private final SortedMap<Integer, LinearForm> byEventMonth;
  private final SortedMap<Integer, LinearForm> balanced;
  private final TreeMap<Integer, Horizon> horizons = new TreeMap<>();
  private final TreeMap<Integer, Horizon> balancedHorizons = new TreeMap<>();
  private final Path path;
  private final TreeMap<Integer, Path> balancedPaths = new TreeMap<>();
  private final List<Mean> means = new ArrayList<>();

  /**
   * An effect with the mean of the members that it is part of.
   *
   * @param effect of event months 1 to the horizon
   * @param level of the same
   */
  record Horizon(LinearForm effect, LinearForm level) {}

  /**
   * What tells of some cohorts whether they were compared with their like.
   *
   * @param before effects by event month before joining
   * @param first the effect of the first months after it, by which a breakdown is told
   * @param months their number
   */
  record Path(SortedMap<Integer, LinearForm> before, Optional<LinearForm> first, int months) {
    static Path of(SortedMap<Integer, LinearForm> byEventMonth) {
      int last = byEventMonth.isEmpty() ? 1 : byEventMonth.lastKey();
      int months = Math.max(1, Math.min(BREAKDOWN_MONTHS, last));
      return new Path(byEventMonth.headMap(0), Aggregates.mean(byEventMonth, 1, months), months);
    }

    List<LinearForm> forms() {
      List<LinearForm> forms = new ArrayList<>(before.values());
      first.ifPresent(forms::add);
      return forms;
    }
  }

  /**
   * A mean of effects.
   *
   * @param of which effects, as table before_after_aggregates has it
   * @param month that of the effects or of joining; empty: all
   * @param first event month that counts
   */
  record Mean(String of, Optional<Integer> month, int first, LinearForm form) {}

  Forms(GroupTimeEffects effects, Window window) {
    Aggregates aggregates = effects.aggregates();
    Aggregates levels = effects.levels();
    byEventMonth = aggregates.byEventMonth();
    path = Path.of(byEventMonth);
    balanced = aggregates.balancedByEventMonth(window.longest());
    SortedMap<Integer, LinearForm> levelsByEventMonth = levels.byEventMonth();
    for (int horizon : window.horizons()) {
      add(horizons, horizon, byEventMonth, levelsByEventMonth);
      SortedMap<Integer, LinearForm> complete =
          horizon == window.longest() ? balanced : aggregates.balancedByEventMonth(horizon);
      add(balancedHorizons, horizon, complete, levels.balancedByEventMonth(horizon));
      balancedPaths.put(horizon, Path.of(complete));
    }
    FIRSTS.forEach(from -> addMeans(aggregates, from));
  }

  private static void add(
      Map<Integer, Horizon> into,
      int horizon,
      SortedMap<Integer, LinearForm> effects,
      SortedMap<Integer, LinearForm> levels) {
    Aggregates.mean(effects, 1, horizon)
        .ifPresent(
            effect ->
                into.put(
                    horizon,
                    new Horizon(effect, Aggregates.mean(levels, 1, horizon).orElseThrow())));
  }

  private void addMeans(Aggregates aggregates, int first) {
    SortedMap<Integer, LinearForm> byMonth = aggregates.byMonth(first);
    SortedMap<Integer, LinearForm> after = byEventMonth.tailMap(first);
    aggregates
        .byCohort(first)
        .forEach(
            (month, form) -> means.add(new Mean("joining_month", Optional.of(month), first, form)));
    byMonth.forEach((month, form) -> means.add(new Mean("month", Optional.of(month), first, form)));
    addMean("joining_months", first, aggregates.overCohorts(first));
    addMean("months", first, mean(byMonth));
    addMean("event_months", first, mean(after));
    addMean("simple", first, aggregates.simple(first));
  }

  private void addMean(String of, int first, Optional<LinearForm> form) {
    form.ifPresent(found -> means.add(new Mean(of, Optional.empty(), first, found)));
  }

  private static Optional<LinearForm> mean(SortedMap<Integer, LinearForm> forms) {
    return forms.isEmpty()
        ? Optional.empty()
        : Optional.of(LinearForm.mean(List.copyOf(forms.values())));
  }

  SortedMap<Integer, LinearForm> byEventMonth() {
    return byEventMonth;
  }

  /** Of cohorts that are observed over the longest horizon. */
  SortedMap<Integer, LinearForm> balanced() {
    return balanced;
  }

  /** The effect over a horizon. */
  Optional<Horizon> horizon(int months) {
    return Optional.ofNullable(horizons.get(months));
  }

  /** The same of cohorts that are observed over all of it. */
  Optional<Horizon> balancedHorizon(int months) {
    return Optional.ofNullable(balancedHorizons.get(months));
  }

  /** What tells whether all cohorts were compared with their like. */
  Path path() {
    return path;
  }

  /** The same of cohorts that are observed over all of a horizon. */
  Path balancedPath(int months) {
    return balancedPaths.get(months);
  }

  List<Mean> means() {
    return means;
  }

  /** All of them. */
  List<LinearForm> all() {
    List<LinearForm> all = new ArrayList<>(sinceJoining());
    means.forEach(mean -> all.add(mean.form()));
    return all;
  }

  /** Those by months since joining: all but the {@link #means}. */
  List<LinearForm> sinceJoining() {
    List<LinearForm> all = new ArrayList<>(byEventMonth.values());
    all.addAll(balanced.values());
    path.first().ifPresent(all::add);
    balancedPaths.values().forEach(of -> all.addAll(of.forms()));
    for (TreeMap<Integer, Horizon> of : List.of(horizons, balancedHorizons)) {
      of.values()
          .forEach(
              horizon -> {
                all.add(horizon.effect());
                all.add(horizon.level());
              });
    }
    return all.stream().distinct().toList();
  }
}
