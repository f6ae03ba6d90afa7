package dev.cohortium.evidence;

import dev.cohortium.stats.MultipleTesting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Adjusts the p-values of effects that are looked at together (methods.md 9). */
public final class Families {
  private static final int MOST_FOR_HOLM = 5;

  private static final String WHOLE = "all";

  private Families() {}

  /**
   * Adjusts every family by itself, by Holm up to 5 effects, else by Benjamini and Hochberg; what
   * is not measured or not supported belongs to none. What an earlier call adjusted is adjusted
   * further.
   *
   * @param family names that of an effect
   */
  public static void adjust(List<Effect> effects, Function<Effect.Key, List<Object>> family) {
    each(
        effects,
        family,
        pValues ->
            pValues.length <= MOST_FOR_HOLM
                ? MultipleTesting.holm(pValues)
                : MultipleTesting.benjaminiHochberg(pValues));
  }

  /**
   * Adjusts the metrics of the whole together, and of each metric the values of a segment, within a
   * method, estimand, variant and horizon.
   */
  public static void adjustByPlace(List<Effect> effects) {
    adjust(effects.stream().filter(effect -> isOfAll(effect.key())).toList(), Families::comparison);
    adjust(
        effects.stream().filter(effect -> !isOfAll(effect.key())).toList(),
        key -> List.of(comparison(key), key.metric(), key.segmentBy()));
  }

  private static boolean isOfAll(Effect.Key key) {
    return key.segmentBy().equals(WHOLE);
  }

  private static List<Object> comparison(Effect.Key key) {
    return List.of(key.method(), key.estimand(), key.variant(), key.months());
  }

  /** As {@link #adjust}, by Holm whatever their number: no single false finding is wanted. */
  public static void holm(List<Effect> effects, Function<Effect.Key, List<Object>> family) {
    each(effects, family, MultipleTesting::holm);
  }

  private static void each(
      List<Effect> effects,
      Function<Effect.Key, List<Object>> family,
      UnaryOperator<double[]> adjustment) {
    Map<List<Object>, List<Effect>> families = new LinkedHashMap<>();
    effects.stream()
        .filter(Effect::isSupported)
        .forEach(
            effect ->
                families
                    .computeIfAbsent(family.apply(effect.key()), key -> new ArrayList<>())
                    .add(effect));
    families.values().forEach(members -> replace(members, adjustment));
  }

  private static void replace(List<Effect> members, UnaryOperator<double[]> adjustment) {
    double[] adjusted = adjustment.apply(members.stream().mapToDouble(Effect::pValue).toArray());
    for (int i = 0; i < adjusted.length; i++) {
      members.get(i).adjusted(adjusted[i]);
    }
  }
}
