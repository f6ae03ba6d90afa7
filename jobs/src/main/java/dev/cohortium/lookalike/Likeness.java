package dev.cohortium.lookalike;

import dev.cohortium.stats.Balance;
import dev.cohortium.stats.Balance.Kind;
import dev.cohortium.stats.KolmogorovSmirnov;
import dev.cohortium.stats.WeightedMoments;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How the covariates of members and others are distributed, before and after matching and by the
 * weights. States add.
 */
final class Likeness implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Who a column speaks of. */
  enum Role {
    MEMBER,
    MATCHED_MEMBER,
    CANDIDATE,
    LOOK_ALIKE,
    /** Candidates by the odds of joining. */
    BY_ODDS,
    /** Candidates by the weights of entropy balancing. */
    BY_ENTROPY;

    /** The members with whom these are compared. */
    Role members() {
      return this == LOOK_ALIKE ? MATCHED_MEMBER : MEMBER;
    }

    private boolean isMatched() {
      return this == LOOK_ALIKE || this == MATCHED_MEMBER;
    }
  }

  private static final int DROPPED = 40;

  private final EnumMap<Role, Columns> columns = new EnumMap<>(Role.class);
  // By covariate, value and arm: weights of the matched; none where distances are not asked for.
  private final List<HashMap<Integer, double[]>> tallies = new ArrayList<>();

  /**
   * Nobody so far.
   *
   * @param count of the covariates
   * @param hasDistances whether distances of distributions will be asked for
   */
  Likeness(int count, boolean hasDistances) {
    for (Role role : Role.values()) {
      columns.put(role, new Columns(count));
    }
    for (int j = 0; hasDistances && j < count; j++) {
      tallies.add(new HashMap<>());
    }
  }

  /** Weighted moments of all covariates of a role, changed in place. */
  private static final class Columns implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private long rows;
    private double weight;
    private double squares;
    private final double[] means;
    private final double[] deviations;

    Columns(int count) {
      means = new double[count];
      deviations = new double[count];
    }

    void add(double[] values, double counts) {
      rows++;
      weight += counts;
      squares += counts * counts;
      double share = counts / weight;
      for (int j = 0; j < means.length; j++) {
        double away = values[j] - means[j];
        means[j] += share * away;
        deviations[j] += counts * away * (values[j] - means[j]);
      }
    }

    void plus(Columns other) {
      if (other.rows == 0) {
        return;
      }
      rows += other.rows;
      squares += other.squares;
      double all = weight + other.weight;
      double share = other.weight / all;
      for (int j = 0; j < means.length; j++) {
        double away = other.means[j] - means[j];
        means[j] += share * away;
        deviations[j] += other.deviations[j] + weight * share * away * away;
      }
      weight = all;
    }

    WeightedMoments of(int column) {
      return new WeightedMoments(rows, weight, squares, means[column], deviations[column]);
    }
  }

  /** Adds somebody; of no weight: nobody. */
  void add(Role role, double[] covariates, double weight) {
    if (weight == 0) {
      return;
    }
    columns.get(role).add(covariates, weight);
    if (role.isMatched()) {
      for (int j = 0; j < tallies.size(); j++) {
        double[] tally = tallies.get(j).computeIfAbsent(grain(covariates[j]), v -> new double[2]);
        tally[role == Role.MATCHED_MEMBER ? 0 : 1] += weight;
      }
    }
  }

  /** A value to 12 binary digits: as near as a distance of distributions needs to be told. */
  private static int grain(double value) {
    return (int) (Double.doubleToLongBits(value + 0.0) >>> DROPPED);
  }

  private static double value(int grain) {
    return Double.longBitsToDouble((long) grain << DROPPED);
  }

  Likeness plus(Likeness other) {
    columns.forEach((role, of) -> of.plus(other.columns.get(role)));
    for (int j = 0; j < tallies.size(); j++) {
      Map<Integer, double[]> here = tallies.get(j);
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
    return columns.get(role).of(column);
  }

  /** Balance of a covariate with these others; its unit is that of all members. */
  Balance balance(Kind kind, int column, Role others) {
    return Balance.of(
        kind,
        Balance.scale(kind, moments(Role.MEMBER, column)),
        moments(others.members(), column),
        moments(others, column),
        others == Role.LOOK_ALIKE && !tallies.isEmpty()
            ? distance(column)
            : OptionalDouble.empty());
  }

  private OptionalDouble distance(int column) {
    double[] values = new double[tallies.get(column).size()];
    double[] ofMembers = new double[values.length];
    double[] ofOthers = new double[values.length];
    int at = 0;
    for (int grain :
        tallies.get(column).keySet().stream()
            .sorted(Comparator.comparingDouble(Likeness::value))
            .toList()) {
      double[] tally = tallies.get(column).get(grain);
      values[at] = value(grain);
      ofMembers[at] = tally[0];
      ofOthers[at++] = tally[1];
    }
    return KolmogorovSmirnov.distance(values, ofMembers, values, ofOthers);
  }
}
