package dev.cohortium.lookalike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.Project;
import dev.cohortium.SparkTest;
import dev.cohortium.config.Study.LookAlike;
import dev.cohortium.config.Study.MatchingOrder;
import dev.cohortium.lookalike.Comparisons.Found;
import dev.cohortium.lookalike.Comparisons.Place;
import dev.cohortium.lookalike.Covariates.Trait;
import dev.cohortium.lookalike.Likeness.Role;
import dev.cohortium.stats.Balance;
import dev.cohortium.stats.ComparisonPlan;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.KolmogorovSmirnov;
import dev.cohortium.stats.Logistic;
import dev.cohortium.stats.MatchedDifference;
import dev.cohortium.stats.Matches;
import dev.cohortium.stats.MatchingRule;
import dev.cohortium.stats.NearestNeighbour;
import dev.cohortium.stats.ScoredUnits;
import dev.cohortium.stats.WeightedMoments;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The stages after the opportunities, on 185 participants of a job programme and 429 people of a
 * survey: what the statistics find alone, and R.
 */
class LalondeStagesTest extends SparkTest {
  /** R: matchit(link = "linear.logit", caliper = 0.2), caliper_width_used in reference.json. */
  private static final double CALIPER = 0.3609023925375;

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "customer_id string, unit bigint, is_treated boolean, covariates array<double>, earnings double");

  private static final LookAlike ASKED =
      new LookAlike(
          1,
          List.of(1),
          List.of(),
          List.of(),
          0.2,
          1,
          false,
          MatchingOrder.DESCENDING,
          List.of(),
          20,
          1);

  private static final List<Trait> COLUMNS =
      List.of(
          new Trait("age", false, 0),
          new Trait("educ", false, 0),
          new Trait("racehispan", true, 0),
          new Trait("racewhite", true, 0),
          new Trait("married", true, 0),
          new Trait("nodegree", true, 0),
          new Trait("re74", false, 0),
          new Trait("re75", false, 0));

  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  /** A person as a row, and a unit of it. */
  private static final class People implements Units {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public List<Unit> of(Row row) {
      return List.of(new Person(row));
    }
  }

  private record Person(Row row) implements Unit {
    @Override
    public String customer() {
      return row.getAs("customer_id");
    }

    @Override
    public long id() {
      return row.<Long>getAs("unit");
    }

    @Override
    public String group() {
      return "";
    }

    @Override
    public String block() {
      return "";
    }

    @Override
    public int order() {
      return 1;
    }

    @Override
    public boolean isTreated() {
      return row.<Boolean>getAs("is_treated");
    }

    @Override
    public int year() {
      return 1978;
    }

    @Override
    public int month() {
      return 0;
    }

    @Override
    public String exact() {
      return "";
    }

    @Override
    public double share() {
      return 1;
    }

    @Override
    public double[] covariates() {
      return row.<Double>getList(row.fieldIndex("covariates")).stream()
          .mapToDouble(Double::doubleValue)
          .toArray();
    }

    @Override
    public int months() {
      return 1;
    }

    @Override
    public double after(int metric, int month) {
      return row.<Double>getAs("earnings");
    }

    @Override
    public double before(int metric) {
      return covariates()[7];
    }

    @Override
    public int knownBefore() {
      return 1;
    }

    @Override
    public double longBefore(int metric, int month) {
      return covariates()[6];
    }

    @Override
    public double staysOut(int month, Scores scores) {
      return 1;
    }
  }

  private static List<Row> people() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line :
        Files.readAllLines(Project.reference("lalonde/lalonde_matchit.csv")).stream()
            .skip(1)
            .toList()) {
      String[] cells = line.split(",", -1);
      double[] of = {
        Double.parseDouble(cells[2]),
        Double.parseDouble(cells[3]),
        cells[4].equals("hispan") ? 1 : 0,
        cells[4].equals("white") ? 1 : 0,
        Double.parseDouble(cells[5]),
        Double.parseDouble(cells[6]),
        Double.parseDouble(cells[7]),
        Double.parseDouble(cells[8])
      };
      rows.add(
          RowFactory.create(
              cells[0],
              (long) rows.size(),
              cells[1].equals("1"),
              Arrays.stream(of).boxed().toArray(Double[]::new),
              Double.parseDouble(cells[9])));
    }
    // Columns in the order in which before and longBefore find them: re75 last, re74 before it.
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 32})
  void stages_find_what_the_statistics_find_alone_and_what_r_finds(int partitions)
      throws IOException {
    List<Row> people = people();
    Dataset<Row> rows = spark().createDataFrame(people, SCHEMA).repartition(partitions);
    People units = new People();

    double[][] covariates = new double[people.size()][];
    boolean[] treated = new boolean[people.size()];
    double[] earnings = new double[people.size()];
    for (int i = 0; i < treated.length; i++) {
      Object[] of = (Object[]) people.get(i).get(3);
      covariates[i] = Arrays.stream(of).mapToDouble(v -> (Double) v).toArray();
      treated[i] = people.get(i).getBoolean(2);
      earnings[i] = people.get(i).getDouble(4);
    }

    Scores scores = Propensity.fit(rows, units, 8);
    Logistic alone = Logistic.of(covariates, treated);
    double[] coefficients = scores.fits().get("").coefficients();
    for (int j = 0; j < coefficients.length; j++) {
      assertThat(coefficients[j])
          .isCloseTo(alone.coefficients()[j], within(1e-9 * Math.abs(alone.coefficients()[j])));
    }

    Dataset<Row> sets = MatchedSets.of(rows, units, scores, Map.of("", CALIPER), ASKED);
    Set<String> pairs = new TreeSet<>();
    for (Row row :
        sets.where("weight is not null and not is_treated")
            .select(MatchedSets.SET, MatchedSets.UNIT)
            .collectAsList()) {
      pairs.add(row.getLong(0) + " " + row.getLong(1));
    }
    int[] members = IntStream.range(0, treated.length).filter(i -> treated[i]).toArray();
    int[] others = IntStream.range(0, treated.length).filter(i -> !treated[i]).toArray();
    Matches matches =
        NearestNeighbour.match(
            scored("members", members, scores, covariates),
            scored("candidates", others, scores, covariates),
            MatchingRule.oneToOne(CALIPER));
    Set<String> expected = new TreeSet<>();
    for (int member = 0; member < members.length; member++) {
      if (matches.controlCount(member) > 0) {
        expected.add(members[member] + " " + others[matches.control(member, 0)]);
      }
    }
    assertThat(pairs).isEqualTo(expected);
    // reference_ties.json, nn_1to1_linlogit_caliper02: 117 matched whatever decides ties.
    assertThat(pairs).hasSize(117);

    Dataset<Row> joined = Comparing.joined(rows, sets);
    Weighing weighing =
        new Weighing(
            1,
            scores,
            Map.of(),
            Map.of(),
            Balancing.fit(rows, units, scores, 8),
            Map.of("", (double) members.length));
    ComparisonPlan plan =
        new ComparisonPlan(1, 8, 2, Weighing.WEIGHTINGS, List.of(1), Method.contrasts());
    Parts.Places places = new Parts.Places(List.of(), List.of(), Set.of(), Map.of());
    Found found =
        Comparisons.of(
                joined,
                new Parts.Compared(units, weighing, places),
                plan,
                scores,
                Comparisons.Kind.WEIGHTED)
            .get(new Place(Parts.ALL, Parts.ALL, 0));

    double matched =
        MatchedDifference.of(
                matches,
                Arrays.stream(members).mapToDouble(i -> earnings[i]).toArray(),
                Arrays.stream(others).mapToDouble(i -> earnings[i]).toArray())
            .effect()
            .orElseThrow();
    assertThat(estimate(found, Method.MATCHED).value()).isCloseTo(matched, within(1e-9 * matched));
    // reference_ties.json: the range of the effect over 100 orders of the rows.
    assertThat(matched).isBetween(1610.02030982906, 1792.47830811966);
    // reference.json: ipw_att hajek and se_m_estimation, aipw_att_hajek, ebal_mean.
    assertThat(estimate(found, Method.IPW).value()).isCloseTo(1214.07122329292, within(1e-5));
    assertThat(estimate(found, Method.IPW).stdError())
        .isCloseTo(798.154627831636 * Math.sqrt(614 / 613.0), within(1e-4));
    assertThat(estimate(found, Method.AIPW).value()).isCloseTo(1231.04431291887, within(1e-5));
    assertThat(estimate(found, Method.ENTROPY).value()).isCloseTo(1273.26181391191, within(1e-5));

    Balances balances = Balances.of(joined, units, weighing, COLUMNS, places, List.of(1));
    double[] weights = new double[others.length];
    IntStream.range(0, members.length)
        .filter(member -> matches.controlCount(member) > 0)
        .forEach(member -> weights[matches.control(member, 0)]++);
    for (int column = 0; column < COLUMNS.size(); column++) {
      int of = column;
      Balance.Kind kind =
          COLUMNS.get(column).isBinary() ? Balance.Kind.BINARY : Balance.Kind.CONTINUOUS;
      double[] ofMembers = Arrays.stream(members).mapToDouble(i -> covariates[i][of]).toArray();
      double[] ofOthers = Arrays.stream(others).mapToDouble(i -> covariates[i][of]).toArray();
      double[] isMatched =
          IntStream.range(0, members.length)
              .mapToDouble(member -> matches.controlCount(member))
              .toArray();
      Balance core =
          Balance.of(
              kind,
              Balance.scale(kind, WeightedMoments.of(ofMembers)),
              WeightedMoments.of(ofMembers, isMatched),
              WeightedMoments.of(ofOthers, weights),
              KolmogorovSmirnov.distance(ofMembers, isMatched, ofOthers, weights));
      alike(balances.balance(column, Role.LOOK_ALIKE), core);
      Balance before =
          Balance.of(
              kind,
              Balance.scale(kind, WeightedMoments.of(ofMembers)),
              WeightedMoments.of(ofMembers),
              WeightedMoments.of(ofOthers),
              OptionalDouble.empty());
      alike(balances.balance(column, Role.CANDIDATE), before);
      // Entropy balancing gives the controls the members' means.
      Balance entropy = balances.balance(column, Role.BY_ENTROPY);
      assertThat(entropy.standardisedMeanDifference().orElseThrow()).isCloseTo(0, within(1e-7));
    }
    // reference.json: balance_unmatched, Std. Mean Diff. of re75.
    assertThat(balances.balance(7, Role.CANDIDATE).standardisedMeanDifference().orElseThrow())
        .isCloseTo(-0.2902629111855, within(1e-9));
  }

  private static void alike(Balance found, Balance core) {
    near(found.treatedMean(), core.treatedMean());
    near(found.controlMean(), core.controlMean());
    near(found.standardisedMeanDifference(), core.standardisedMeanDifference());
    near(found.varianceRatio(), core.varianceRatio());
    // Values are told apart to 12 binary digits.
    assertThat(found.kolmogorovSmirnov().orElse(0))
        .isCloseTo(core.kolmogorovSmirnov().orElse(0), within(0.01));
  }

  private static void near(OptionalDouble found, OptionalDouble core) {
    assertThat(found.isPresent()).isEqualTo(core.isPresent());
    if (core.isPresent()) {
      assertThat(found.getAsDouble())
          .isCloseTo(core.getAsDouble(), within(1e-9 * Math.max(1, Math.abs(core.getAsDouble()))));
    }
  }

  private static ScoredUnits scored(String name, int[] rows, Scores scores, double[][] covariates) {
    return ScoredUnits.of(
        name,
        Arrays.stream(rows).mapToDouble(row -> scores.logit("", covariates[row])).toArray(),
        Arrays.stream(rows).mapToLong(row -> row).toArray());
  }

  private static Estimate estimate(Found found, Method method) {
    int block = found.comparison().block(method.place(), Weighing.AS_USUAL, 0);
    return (Estimate) new Inference(found, block, 1, method.isMatched()).mean(0).value();
  }
}
