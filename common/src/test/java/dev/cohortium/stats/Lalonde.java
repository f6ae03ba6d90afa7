package dev.cohortium.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.QRDecomposition;

/**
 * 185 participants of a job programme (rows 0..184) and 429 survey comparisons (the rest), with the
 * propensity score as R's glm leaves it: its last iterations are not made.
 */
final class Lalonde {
  static final String ANSWERS = "lalonde/reference.json";
  static final String TIES = "lalonde/reference_ties.json";
  static final int TREATED = 185;
  private static final String DATA = "lalonde/lalonde_matchit.csv";

  final String[] ids = References.column(DATA, "id");
  final String[] races = References.column(DATA, "race");
  final double[] outcomes = References.numbers(DATA, "re78");
  final double[] logits;
  final double[] scores;

  Lalonde() {
    double[][] design = new double[ids.length][];
    double[][] columns =
        Arrays.stream(new String[] {"age", "educ", "married", "nodegree", "re74", "re75"})
            .map(this::covariate)
            .toArray(double[][]::new);
    for (int row = 0; row < ids.length; row++) {
      int at = row;
      double[] rest = Arrays.stream(columns).mapToDouble(column -> column[at]).toArray();
      design[row] = Arrays.copyOf(rest, 9);
      design[row][6] = races[row].equals("hispan") ? 1 : 0;
      design[row][7] = races[row].equals("white") ? 1 : 0;
      design[row][8] = 1;
    }
    scores = IntStream.range(0, ids.length).mapToDouble(i -> i < TREATED ? .75 : .25).toArray();
    logits = Arrays.stream(scores).map(p -> Math.log(p / (1 - p))).toArray();
    double deviance = deviance();
    double before;
    do {
      before = deviance;
      step(design);
      deviance = deviance();
    } while (Math.abs(deviance - before) / (Math.abs(deviance) + 0.1) >= 1e-8);
  }

  private void step(double[][] design) {
    double[][] left = new double[ids.length][];
    double[] right = new double[ids.length];
    for (int row = 0; row < ids.length; row++) {
      double variance = scores[row] * (1 - scores[row]);
      double root = Math.sqrt(variance);
      left[row] = Arrays.stream(design[row]).map(x -> x * root).toArray();
      right[row] = root * (logits[row] + ((row < TREATED ? 1 : 0) - scores[row]) / variance);
    }
    var matrix = MatrixUtils.createRealMatrix(left);
    var solution =
        new QRDecomposition(matrix).getSolver().solve(MatrixUtils.createRealVector(right));
    for (int row = 0; row < ids.length; row++) {
      logits[row] = MatrixUtils.createRealVector(design[row]).dotProduct(solution);
      scores[row] = 1 / (1 + Math.exp(-logits[row]));
    }
  }

  private double deviance() {
    double sum = 0;
    for (int row = 0; row < scores.length; row++) {
      sum -= 2 * Math.log(row < TREATED ? scores[row] : 1 - scores[row]);
    }
    return sum;
  }

  /** A column, or the indicator of a race ("raceblack"). */
  double[] covariate(String name) {
    return switch (name) {
      case "distance" -> scores;
      case "raceblack", "racehispan", "racewhite" ->
          Arrays.stream(races).mapToDouble(r -> name.equals("race" + r) ? 1 : 0).toArray();
      default -> References.numbers(DATA, name);
    };
  }

  static double[] treated(double... all) {
    return Arrays.copyOf(all, TREATED);
  }

  static double[] controls(double... all) {
    return Arrays.copyOfRange(all, TREATED, all.length);
  }

  static WeightedMoments treatedMoments(double... all) {
    return WeightedMoments.of(treated(all));
  }

  static WeightedMoments controlMoments(double... all) {
    return WeightedMoments.of(controls(all));
  }

  /** The reference's matches, by treated id: control ids, the nearest first. */
  Map<String, List<String>> pairs(String name) {
    String file = "lalonde/pairs_" + name + ".csv";
    String[] treated = References.column(file, "treated");
    String[] controls = References.column(file, "control");
    Map<String, List<String>> pairs = new HashMap<>();
    for (int row = 0; row < treated.length; row++) {
      List<String> of = pairs.computeIfAbsent(treated[row], id -> new ArrayList<>());
      if (!controls[row].equals("NA")) {
        of.add(controls[row]);
      }
    }
    return pairs;
  }

  /** The reference's matches as rows. */
  Matches matches(String name) {
    Map<String, List<String>> pairs = pairs(name);
    int ratio = pairs.values().stream().mapToInt(List::size).max().orElseThrow();
    int[] controls = new int[TREATED * ratio];
    Arrays.fill(controls, -1);
    List<String> names = Arrays.asList(ids);
    for (int row = 0; row < TREATED; row++) {
      List<String> of = pairs.get(ids[row]);
      for (int nth = 0; nth < of.size(); nth++) {
        controls[row * ratio + nth] = names.indexOf(of.get(nth)) - TREATED;
      }
    }
    return new Matches(ratio, ids.length - TREATED, controls);
  }
}
