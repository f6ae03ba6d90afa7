package dev.cohortium.stats;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A job programme's participants and those they are compared with. */
final class JobProgramme {
  /** The reference's names of the columns, in their order. */
  static final List<String> COVARIATES =
      List.of("age", "educ", "racehispan", "racewhite", "married", "nodegree", "re74", "re75");

  private final String folder;
  final double[][] rows;
  final boolean[] treated;
  final double[] earnings;
  final Map<String, Integer> places = new HashMap<>();

  private JobProgramme(String folder, double[][] rows, boolean[] treated, double[] earnings) {
    this.folder = folder;
    this.rows = rows;
    this.treated = treated;
    this.earnings = earnings;
  }

  /** 185 participants and 429 of a survey. */
  static JobProgramme observed() {
    String file = "lalonde/lalonde_matchit.csv";
    String[] race = References.column(file, "race");
    double[][] columns = new double[COVARIATES.size()][];
    for (int j = 0; j < columns.length; j++) {
      String name = COVARIATES.get(j);
      columns[j] =
          name.startsWith("race")
              ? Arrays.stream(race).mapToDouble(r -> name.equals("race" + r) ? 1 : 0).toArray()
              : References.numbers(file, name);
    }
    JobProgramme programme = of(file, columns);
    String[] ids = References.column(file, "id");
    for (int i = 0; i < ids.length; i++) {
      programme.places.put(ids[i], i);
    }
    return programme;
  }

  /** The experiment: 185 treated and 260 controls. */
  static JobProgramme randomised() {
    String file = "nsw/nsw_dw.csv";
    double[][] columns =
        List.of("age", "educ", "black", "hisp", "married", "nodegree", "re74", "re75").stream()
            .map(name -> References.numbers(file, name))
            .toArray(double[][]::new);
    return of(file, columns);
  }

  private static JobProgramme of(String file, double[][] columns) {
    double[] flags = References.numbers(file, "treat");
    boolean[] treated = new boolean[flags.length];
    double[][] rows = new double[flags.length][columns.length];
    for (int i = 0; i < flags.length; i++) {
      treated[i] = flags[i] == 1;
      for (int j = 0; j < columns.length; j++) {
        rows[i][j] = columns[j][i];
      }
    }
    return new JobProgramme(
        file.substring(0, file.indexOf('/')), rows, treated, References.numbers(file, "re78"));
  }

  /** The rows, treatment before the covariates. */
  double[][] treatmentAndRows() {
    double[][] all = new double[rows.length][rows[0].length + 1];
    for (int i = 0; i < rows.length; i++) {
      all[i][0] = treated[i] ? 1 : 0;
      System.arraycopy(rows[i], 0, all[i], 1, rows[i].length);
    }
    return all;
  }

  /** The reference's number at a path of keys. */
  double answer(String... path) {
    return References.number(folder + "/reference.json", path);
  }

  /** The matched rows of a file of pairs, treatment alone or before the covariates. */
  Pairs pairs(String file) {
    String[] ofTreated = References.column(folder + "/" + file, "treated");
    String[] ofControls = References.column(folder + "/" + file, "control");
    int[] matched =
        IntStream.range(0, ofTreated.length).filter(i -> !ofControls[i].equals("NA")).toArray();
    Pairs pairs = new Pairs(2 * matched.length);
    double[][] all = treatmentAndRows();
    for (int p = 0; p < matched.length; p++) {
      String[] ids = {ofTreated[matched[p]], ofControls[matched[p]]};
      for (int side = 0; side < 2; side++) {
        int row = 2 * p + side;
        int place = places.get(ids[side]);
        pairs.treatment[row] = new double[] {1 - side};
        pairs.rows[row] = all[place];
        pairs.earnings[row] = earnings[place];
        pairs.sets[row] = p;
        pairs.units[row] = place;
      }
    }
    return pairs;
  }

  /** Rows of matched pairs, the treated's first. */
  static final class Pairs {
    final double[][] treatment;
    final double[][] rows;
    final double[] earnings;
    final long[] sets;
    final long[] units;

    Pairs(int size) {
      treatment = new double[size][];
      rows = new double[size][];
      earnings = new double[size];
      sets = new long[size];
      units = new long[size];
    }

    /** Treated minus control of each pair. */
    double[] differences() {
      double[] differences = new double[sets.length / 2];
      Arrays.setAll(differences, p -> earnings[2 * p] - earnings[2 * p + 1]);
      return differences;
    }
  }
}
