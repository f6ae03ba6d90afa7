package dev.cohortium.lookalike;

import dev.cohortium.stats.Balance;
import dev.cohortium.stats.Balance.Kind;
import dev.cohortium.stats.KolmogorovSmirnov;
import dev.cohortium.stats.WeightedMoments;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How the covariates of members and others are distributed, before and after matching, in one year
 * of joining or in all. States add.
 */
final class Likeness implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Who a column speaks of. */
  enum Role {
    MEMBER,
    CANDIDATE,
    MATCHED_MEMBER,
    LOOK_ALIKE
  }

  private final EnumMap<Role, WeightedMoments[]> moments = new EnumMap<>(Role.class);
  // By covariate, value and arm: weights of the matched.
  private final List<HashMap<Double, double[]>> tallies = new ArrayList<>();

  Likeness(int columns) {
    for (Role role : Role.values()) {
      WeightedMoments[] of = new WeightedMoments[columns];
      Arrays.fill(of, WeightedMoments.NONE);
      moments.put(role, of);
    }
    for (int j = 0; j < columns; j++) {
      tallies.add(new HashMap<>());
    }
  }

  void add(Role role, double[] covariates, double weight) {
    for (int j = 0; j < tallies.size(); j++) {
      WeightedMoments one = new WeightedMoments(1, weight, weight * weight, covariates[j], 0);
      moments.get(role)[j] = moments.get(role)[j].plus(one);
      if (role == Role.MATCHED_MEMBER || role == Role.LOOK_ALIKE) {
        double[] tally = tallies.get(j).computeIfAbsent(grain(covariates[j]), v -> new double[2]);
        tally[role == Role.MATCHED_MEMBER ? 0 : 1] += weight;
      }
    }
  }

  /** A value to 12 binary digits: as near as a distance of distributions needs to be told. */
  private static double grain(double value) {
    return value == Math.rint(value)
        ? value
        : Double.longBitsToDouble((Double.doubleToLongBits(value) >> 40) << 40);
  }

  Likeness plus(Likeness other) {
    moments.forEach((role, of) -> Arrays.setAll(of, j -> of[j].plus(other.moments.get(role)[j])));
    for (int j = 0; j < tallies.size(); j++) {
      Map<Double, double[]> here = tallies.get(j);
      other
          .tallies
          .get(j)
          .forEach(
              (value, more) ->
                  here.merge(value, more, (a, b) -> new double[] {a[0] + b[0], a[1] + b[1]}));
    }
    return this;
  }

  WeightedMoments moments(Role role, int column) {
    return moments.get(role)[column];
  }

  /** Balance of a covariate before (all) or after matching; the unit is that of all members. */
  Balance balance(Kind kind, int column, boolean isAfter) {
    WeightedMoments members = moments(Role.MEMBER, column);
    return Balance.of(
        kind,
        Balance.scale(kind, members),
        isAfter ? moments(Role.MATCHED_MEMBER, column) : members,
        moments(isAfter ? Role.LOOK_ALIKE : Role.CANDIDATE, column),
        isAfter ? distance(column) : OptionalDouble.empty());
  }

  private OptionalDouble distance(int column) {
    double[] values = new double[tallies.get(column).size()];
    double[] ofMembers = new double[values.length];
    double[] ofOthers = new double[values.length];
    int at = 0;
    for (double value : tallies.get(column).keySet().stream().sorted().toList()) {
      values[at] = value;
      ofMembers[at] = tallies.get(column).get(value)[0];
      ofOthers[at++] = tallies.get(column).get(value)[1];
    }
    return KolmogorovSmirnov.distance(values, ofMembers, values, ofOthers);
  }
}
