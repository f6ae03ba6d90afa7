package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.CoverageSection;
import dev.cohortium.Replicates;
import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.WorldReader;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.Moments;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Table;
import dev.cohortium.world.WorldPanel;
import java.io.IOException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.hipparchus.distribution.discrete.BinomialDistribution;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Worlds of many replicates, the segments of one study in one run of the job; every effect is held
 * against the truth of the customers that it is of. Written into docs/coverage.md.
 */
@Tag("simulation")
class ControlGroupSimulation extends SparkTest {
  private static final int REPLICATES = Integer.getInteger("replicates", 500);
  private static final int CUSTOMERS = 800;

  /** The first month after the assignment of who is there by then, counted from 0. */
  private static final int FROM = 8;

  private static final List<String> METRICS = List.of("net_revenue", "orders");
  private static final List<Integer> HORIZONS = List.of(1, 3, 6);
  private static final List<String> LOOKS = List.of("look1", "look2", "look3");
  private static final List<String> UNPLANNED = List.of("unplanned1", "unplanned2", "unplanned3");
  private static final String HOLDOUT = "holdout";
  private static final String ITT = "control_group_itt";
  private static final String CUPED = "control_group_itt_cuped";
  private static final String DOSE = "dose";
  private static final String NEVER_JOINED_EARLIER = "contamination = 0, contact-lift = 0.7";
  private static final String SAME_JOINERS = "contamination = 0.1, contact-lift = 0";
  private static final String EFFECT =
      "orders = 1.2, receipt = 1.1, drop-out = 0.7, ramp-months = 2";
  private static final String NO_EFFECT = "orders = 1, receipt = 1, drop-out = 1";

  /** Estimates that are held against the bands: 5 of 2 metrics, 3 horizons, 4 worlds. */
  private static final int CELLS = 120;

  private final List<String> lines = new ArrayList<>();
  private final List<String> together = new ArrayList<>();
  private final List<String> narrowing = new ArrayList<>();
  private final List<String> without = new ArrayList<>();
  private final List<String> outside = new ArrayList<>();

  @Override
  public SparkConf conf() {
    return super.conf().set("spark.sql.shuffle.partitions", "8");
  }

  @Test
  void intervals_cover_the_truth_and_adjustment_narrows_them_as_it_should() throws IOException {
    for (boolean hasEffect : List.of(false, true)) {
      String name = hasEffect ? "effect" : "no effect";
      WorldPanel world = world(hasEffect ? 602 : 601, 1, 14, NEVER_JOINED_EARLIER, hasEffect);
      Frames frames = frames(world);
      Seen seen = held(name, world, frames, 14, List.of(HOLDOUT));
      narrows(name, seen.of(HOLDOUT), squaredCorrelations(frames));
    }
    WorldPanel strata = world(603, 1, 14, SAME_JOINERS, true);
    Frames thinned = thinned(frames(strata));
    Seen seen = held("strata", strata, thinned, 14, List.of(HOLDOUT));
    failsWithoutStrata(seen.of(HOLDOUT), thinned);
    WorldPanel arriving = world(604, 0.3, 18, SAME_JOINERS, true);
    held("arriving", arriving, looked(frames(arriving)), 18, LOOKS);
    write();
    assertThat(outside).isEmpty();
  }

  /** What is seen of a world, held against its truth: the last look by itself, all together. */
  private Seen held(String name, WorldPanel world, Frames frames, int months, List<String> looks)
      throws IOException {
    Seen seen = seen(world, frames, months);
    judge(name, seen.of(looks.get(looks.size() - 1)));
    show(name, seen, looks);
    if (looks.equals(LOOKS)) {
      show(name + ", not said to arrive", seen, UNPLANNED);
    }
    write();
    return seen;
  }

  // --- worlds ---

  /**
   * A world of many replicates.
   *
   * @param beforeStart share of the customers who are there from the first month
   * @param joiners what is said of who joins
   */
  private WorldPanel world(
      int seed, double beforeStart, int months, String joiners, boolean hasEffect) {
    String conf =
        """
        seed = %d, customers = %d, months = %d, replicates = %d
        regions.north { share = 1, stores = 6, launch-month = 8 }
        arrivals.before-start = %s
        anonymous.before-joining = 0, huge-accounts.share = 0
        joining.hazard = 0.3, membership.leaving = 0
        experiment { from-month = %d, control-share = 0.4, %s }
        effect { %s }
        truth.horizons = [1, 3, 6]
        """
            .formatted(
                seed,
                CUSTOMERS,
                months,
                REPLICATES,
                beforeStart,
                FROM,
                joiners,
                hasEffect ? EFFECT : NO_EFFECT);
    return new WorldPanel(spark(), WorldReader.parse(conf, "world", List.of(), Map.of()), 8);
  }

  /** The tables of a world, kept until the next one's. */
  private Frames frames(WorldPanel world) {
    spark().catalog().clearCache();
    Frames frames = world.frames();
    for (Table table : new ControlGroupJob().reads()) {
      frames.with(table, frames.get(table).cache());
    }
    return frames;
  }

  /**
   * Strata by the orders of the two months before the assignment, whose shares differ: of those
   * with many every other of the treated is left out by hash, of those with none every other of the
   * control.
   */
  private static Frames thinned(Frames frames) {
    Dataset<Row> before =
        frames
            .get(CustomerMonths.TABLE)
            .where("month in (date'2021-06-01', date'2021-07-01')")
            .groupBy(CustomerMonths.CUSTOMER_ID)
            .agg(sum(CustomerMonths.ORDERS).as("before"));
    Column stratum =
        when(coalesce(col("before"), lit(0)).equalTo(0), "none")
            .when(col("before").leq(3), "some")
            .otherwise("many");
    return frames.with(
        Assignments.TABLE,
        frames
            .get(Assignments.TABLE)
            .join(before, new String[] {Assignments.CUSTOMER_ID}, "left")
            .withColumn(Assignments.STRATUM, stratum)
            .drop("before")
            .where("not (stratum = 'many' and arm <> 'control' and xxhash64(customer_id) % 2 = 0)")
            .where("not (stratum = 'none' and arm = 'control' and xxhash64(customer_id) % 2 = 0)")
            .cache());
  }

  /**
   * Experiments of those who had come by three months, each with whom the one before has: as the
   * study plans them, and the same without a word of how customers arrive.
   */
  private static Frames looked(Frames frames) {
    Column month = expr("months_between(trunc(assigned_at, 'month'), date'2021-08-01')");
    Dataset<Row> all = frames.get(Assignments.TABLE);
    Dataset<Row> looks = look(all, month, 0, LOOKS.get(0));
    for (List<String> kind : List.of(LOOKS, UNPLANNED)) {
      for (int i = kind.equals(LOOKS) ? 1 : 0; i < kind.size(); i++) {
        looks = looks.union(look(all, month, 2 * i, kind.get(i)));
      }
    }
    return frames.with(Assignments.TABLE, looks);
  }

  private static Dataset<Row> look(Dataset<Row> all, Column month, int last, String name) {
    return all.where(month.leq(last)).withColumn(Assignments.EXPERIMENT_ID, lit(name));
  }

  private static Study study(int months, Frames frames) {
    return StudyReader.parse(
        """
        study = world, currency = EUR, as-of = "%s", metrics = [net_revenue, orders]
        headline.horizon = 3
        programmes.club {}
        segments.replicate = "attributes.replicate"
        sources {
          transactions { format = csv, path = t, columns { transaction_id = t, occurred_at = o, net_amount = n } }
          customers { format = csv, path = c, columns { customer_id = c } }
          assignments { format = csv, path = a, columns { experiment_id = e, customer_id = c, arm = a } }
          exposures { format = csv, path = x, columns { experiment_id = e, customer_id = c, exposed_at = t } }
          enrolments { format = csv, path = e, columns { customer_id = c, enrolled_at = e } }
        }
        control-group { horizons = [1, 3, 6], segments = [replicate], experiments { %s } }
        """
            .formatted(YearMonth.of(2021, 1).plusMonths(months - 1), arrivals(frames)),
        "world",
        List.of(),
        Map.of());
  }

  private static String arrivals(Frames frames) {
    return frames.get(Assignments.TABLE).where("experiment_id = 'look3'").isEmpty()
        ? ""
        : "look1.arrivals = monthly, look2.arrivals = monthly, look3.arrivals = monthly";
  }

  // --- what is seen ---

  /** An effect on a replicate, and what it should be. */
  private record Seeing(String segment, Row effect, double truth) {
    double number(String column) {
      Double value = effect.getAs(column);
      return value == null ? Double.NaN : value;
    }

    double width(String low, String high) {
      return number(high) - number(low);
    }

    boolean always() {
      return number(Effects.ALWAYS_LOW) <= truth && truth <= number(Effects.ALWAYS_HIGH);
    }
  }

  /** Effects of a run by experiment and by what they are of: method, metric and months. */
  private static final class Seen {
    private final Map<String, Map<String, List<Seeing>>> effects = new TreeMap<>();

    void add(String experiment, String of, Seeing seeing) {
      effects
          .computeIfAbsent(experiment, e -> new TreeMap<>())
          .computeIfAbsent(of, o -> new ArrayList<>())
          .add(seeing);
    }

    Map<String, List<Seeing>> of(String experiment) {
      return effects.get(experiment);
    }
  }

  private static String of(String method, String metric, int months) {
    return method + " | " + metric + " | " + months;
  }

  private Seen seen(WorldPanel world, Frames frames, int months) {
    Map<String, Double> truth = truth(world, frames.get(Assignments.TABLE));
    Seen seen = new Seen();
    for (Row effect :
        new ControlGroupJob()
            .run(frames, study(months, frames))
            .get(Effects.TABLE)
            .where("segment_by = 'replicate' and variant in ('raw', 'dose')")
            .collectAsList()) {
      String method = effect.getAs(Effects.METHOD);
      boolean isDose = effect.getAs(Effects.VARIANT).equals(DOSE);
      String metric = effect.getAs(Effects.METRIC);
      int span = effect.getAs(Effects.HORIZON_MONTHS);
      String segment = effect.getAs(Effects.SEGMENT);
      String experiment = effect.getAs(Effects.EXPERIMENT_ID);
      String estimand = isDose ? DOSE : method.endsWith("cace") ? "cace" : "itt";
      seen.add(
          experiment,
          of(isDose ? method + ", " + DOSE : method, metric, span),
          new Seeing(segment, effect, truth.get(key(experiment, segment, metric, span, estimand))));
    }
    return seen;
  }

  /** Means of the true differences of those assigned, by experiment, replicate, metric, months. */
  private static Map<String, Double> truth(WorldPanel world, Dataset<Row> assignments) {
    Map<String, Double> truth = new HashMap<>();
    List<Row> means =
        world
            .truth()
            .where(
                "experiment_id = 'holdout' and metric in ('net_revenue', 'orders', 'member_months')")
            .drop(Assignments.EXPERIMENT_ID)
            .join(
                assignments.select(Assignments.EXPERIMENT_ID, Assignments.CUSTOMER_ID),
                Assignments.CUSTOMER_ID)
            .groupBy("experiment_id", "replicate", "metric", "horizon_months")
            .agg(
                avg("difference_vs_control"),
                avg(when(col("is_complier"), col("difference_vs_control"))))
            .collectAsList();
    for (Row row : means) {
      truth.put(key(row, "itt"), row.getDouble(4));
      truth.put(key(row, "cace"), row.getDouble(5));
    }
    for (Row row : means) {
      String months =
          key(row.getString(0), "" + row.getInt(1), "member_months", row.getInt(3), "itt");
      truth.put(key(row, DOSE), row.getDouble(4) / truth.get(months));
    }
    return truth;
  }

  private static String key(Row row, String estimand) {
    return key(row.getString(0), "" + row.getInt(1), row.getString(2), row.getInt(3), estimand);
  }

  private static String key(
      String experiment, String replicate, String metric, int months, String estimand) {
    return String.join(" ", experiment, replicate, metric, "" + months, estimand);
  }

  // --- coverage ---

  /** Holds each estimate against the bands. */
  private void judge(String world, Map<String, List<Seeing>> effects) {
    assertThat(effects).hasSize(CELLS / 4);
    effects.forEach(
        (of, cell) -> {
          assertThat(cell).as(of).hasSize(REPLICATES);
          Replicates seen = replicates(cell);
          lines.add(
              "| %s | %s | %s | %s |"
                  .formatted(world, of, seen.cells(), seen.passes(CELLS) ? "passes" : "outside"));
          if (!seen.passes(CELLS)) {
            outside.add(world + " " + of + " " + seen.cells());
          }
        });
    for (String metric : METRICS) {
      for (int months : HORIZONS) {
        neverWider(effects.get(of(ITT, metric, months)), effects.get(of(CUPED, metric, months)));
      }
    }
  }

  private static Replicates replicates(List<Seeing> cell) {
    Replicates seen = new Replicates();
    cell.forEach(
        one ->
            seen.add(
                one.number(Effects.ESTIMATE),
                one.number(Effects.STD_ERROR),
                one.number(Effects.CI_LOW),
                one.number(Effects.CI_HIGH),
                one.number(Effects.BASELINE),
                one.truth()));
    return seen;
  }

  /** How many replicates' intervals for all looks hold at all horizons, or at all months. */
  private void show(String world, Seen seen, List<String> looks) {
    for (String method : List.of(ITT, CUPED, "control_group_itt_lin", "control_group_cace")) {
      for (String metric : METRICS) {
        if (looks.size() == 1) {
          List<List<Seeing>> horizons = new ArrayList<>();
          HORIZONS.forEach(
              months -> horizons.add(seen.of(looks.get(0)).get(of(method, metric, months))));
          together(world, method + " | " + metric + " | 1, 3 and 6", horizons);
        } else {
          for (int months : HORIZONS) {
            String of = of(method, metric, months);
            together(
                world, of + ", at 3 looks", looks.stream().map(l -> seen.of(l).get(of)).toList());
          }
        }
      }
    }
  }

  private void together(String world, String of, List<List<Seeing>> looks) {
    Map<String, Integer> holding = new TreeMap<>();
    looks.forEach(
        look -> look.forEach(s -> holding.merge(s.segment(), s.always() ? 1 : 0, Integer::sum)));
    long all = holding.values().stream().filter(n -> n == looks.size()).count();
    together.add(
        String.format(Locale.ROOT, "| %s | %s | %.1f |", world, of, 100.0 * all / REPLICATES));
    if (all < new BinomialDistribution(REPLICATES, 0.95).inverseCumulativeProbability(0.001)) {
      outside.add(world + " " + of + " at all looks: " + all);
    }
  }

  // --- CUPED ---

  /** Neither the error nor an interval of an adjusted estimate is wider than the plain one's. */
  private static void neverWider(List<Seeing> plain, List<Seeing> adjusted) {
    Map<String, Seeing> others = new TreeMap<>();
    plain.forEach(one -> others.put(one.segment(), one));
    for (Seeing one : adjusted) {
      Seeing other = others.get(one.segment());
      assertThat(one.number(Effects.STD_ERROR))
          .isLessThanOrEqualTo((1 + 1e-9) * other.number(Effects.STD_ERROR));
      assertThat(one.width(Effects.CI_LOW, Effects.CI_HIGH))
          .isLessThanOrEqualTo((1 + 1e-9) * other.width(Effects.CI_LOW, Effects.CI_HIGH));
      assertThat(one.width(Effects.ALWAYS_LOW, Effects.ALWAYS_HIGH))
          .isLessThanOrEqualTo((1 + 1e-9) * other.width(Effects.ALWAYS_LOW, Effects.ALWAYS_HIGH));
    }
  }

  /** Squared errors of the adjusted estimates by those of the plain ones, by replicate. */
  private static Map<String, Double> ratios(List<Seeing> plain, List<Seeing> adjusted) {
    Map<String, Double> errors = new TreeMap<>();
    adjusted.forEach(one -> errors.put(one.segment(), one.number(Effects.STD_ERROR)));
    plain.forEach(
        one ->
            errors.computeIfPresent(
                one.segment(),
                (segment, error) -> Math.pow(error / one.number(Effects.STD_ERROR), 2)));
    return errors;
  }

  /**
   * The told variances are those of the plain estimates times 1 - rho² of the replicate's windows;
   * so are those found over the replicates, within 4 Monte Carlo errors of their logarithm, 2 rho /
   * sqrt(replicates), since the two estimates are correlated by sqrt(1 - rho²).
   */
  private void narrows(
      String world, Map<String, List<Seeing>> effects, Map<String, Double> squaredCorrelations) {
    for (String metric : METRICS) {
      for (int months : HORIZONS) {
        List<Seeing> plain = effects.get(of(ITT, metric, months));
        List<Seeing> adjusted = effects.get(of(CUPED, metric, months));
        ratios(plain, adjusted)
            .forEach(
                (segment, ratio) ->
                    assertThat(ratio)
                        .isCloseTo(
                            1 - squaredCorrelations.get(segment + " " + metric + " " + months),
                            within(1e-9)));
        double told = variances(adjusted) / variances(plain);
        double found = Math.pow(replicates(adjusted).chance() / replicates(plain).chance(), 2);
        narrowing.add(
            String.format(
                Locale.ROOT, "| %s | %s | %d | %.3f | %.3f |", world, metric, months, told, found));
        if (Math.abs(Math.log(found / told)) > 4 * 2 * Math.sqrt((1 - told) / REPLICATES)) {
          outside.add(world + " " + metric + " narrows to " + found + " for " + told);
        }
      }
    }
  }

  private static double variances(List<Seeing> cell) {
    return cell.stream().mapToDouble(one -> Math.pow(one.number(Effects.STD_ERROR), 2)).sum();
  }

  // --- without strata ---

  /** The difference of the arms put together is off: strata that do not matter prove nothing. */
  private void failsWithoutStrata(Map<String, List<Seeing>> effects, Frames frames) {
    List<Column> means = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (String metric : METRICS) {
      for (int months : HORIZONS) {
        names.add(of(ITT, metric, months));
        String pooled = "avg(if(arm = 'control', null, y)) - avg(if(arm = 'control', y, null))";
        means.add(expr(pooled.replace("y", "y%d_%s".formatted(months, metric))).divide(months));
      }
    }
    Map<String, Row> pooled = new TreeMap<>();
    windows(frames)
        .groupBy("replicate")
        .agg(means.get(0), means.subList(1, means.size()).toArray(Column[]::new))
        .collectAsList()
        .forEach(row -> pooled.put(row.getString(0), row));
    for (int i = 0; i < names.size(); i++) {
      int at = i + 1;
      List<Seeing> cell = effects.get(names.get(i));
      Moments off =
          Moments.of(
              cell.stream()
                  .mapToDouble(s -> pooled.get(s.segment()).getDouble(at) - s.truth())
                  .toArray());
      double truth = cell.stream().mapToDouble(Seeing::truth).average().orElseThrow();
      double errors = Math.abs(off.mean()) / Math.sqrt(off.variance() / off.count());
      without.add(
          String.format(
              Locale.ROOT,
              "| %s | %.4f | %.4f | %.0f |",
              names.get(i).replace(ITT + " | ", ""),
              truth,
              off.mean(),
              errors));
      assertThat(errors).isGreaterThan(10);
    }
  }

  // --- windows ---

  /** What each customer did after and before, with arm and replicate. */
  private static Dataset<Row> windows(Frames frames) {
    List<Column> windows = new ArrayList<>();
    for (String metric : METRICS) {
      for (int months : HORIZONS) {
        String window = "sum(if(m between %d and %d, double(" + metric + "), 0)) as %s%d_" + metric;
        windows.add(expr(window.formatted(1, months, "y", months)));
        windows.add(expr(window.formatted(-months, -1, "x", months)));
      }
    }
    return frames
        .get(Assignments.TABLE)
        .join(frames.get(CustomerMonths.TABLE), new String[] {"customer_id"}, "left")
        .withColumn("m", expr("months_between(month, trunc(assigned_at, 'month'))"))
        .groupBy("customer_id", "arm")
        .agg(windows.get(0), windows.subList(1, windows.size()).toArray(Column[]::new))
        .withColumn("replicate", expr("split(customer_id, '-')[0]"));
  }

  /** rho² of the windows after and before by replicate, arms weighted as the error does. */
  private static Map<String, Double> squaredCorrelations(Frames frames) {
    List<Column> moments = new ArrayList<>();
    for (String metric : METRICS) {
      for (int months : HORIZONS) {
        String y = "y" + months + "_" + metric;
        String x = "x" + months + "_" + metric;
        moments.add(expr("covar_samp(%s, %s) / count(1)".formatted(y, x)));
        moments.add(expr("var_samp(%s) / count(1)".formatted(y)));
        moments.add(expr("var_samp(%s) / count(1)".formatted(x)));
      }
    }
    Map<String, double[]> sums = new TreeMap<>();
    for (Row arm :
        windows(frames)
            .groupBy("replicate", "arm")
            .agg(moments.get(0), moments.subList(1, moments.size()).toArray(Column[]::new))
            .collectAsList()) {
      double[] all = sums.computeIfAbsent(arm.getString(0), s -> new double[moments.size()]);
      for (int i = 0; i < all.length; i++) {
        all[i] += arm.getDouble(i + 2);
      }
    }
    Map<String, Double> squares = new HashMap<>();
    sums.forEach(
        (replicate, all) -> {
          int at = 0;
          for (String metric : METRICS) {
            for (int months : HORIZONS) {
              squares.put(
                  replicate + " " + metric + " " + months,
                  all[at] / all[at + 1] * all[at] / all[at + 2]);
              at += 3;
            }
          }
        });
    return squares;
  }

  // --- page ---

  private void write() throws IOException {
    CoverageSection.write(
        "control-group",
        REPLICATES
            + " replicates of "
            + CUSTOMERS
            + " customers in one run of the job for each world; level .001/"
            + CELLS
            + " for shares, 3 errors for bias.\n\n"
            + "| world | method | metric | months | replicates | truth | bias | bias, % of baseline | spread | mean error | covers, % | finds, % | |\n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
            + String.join("\n", lines)
            + "\n\n| world | method | metric | months | hold at all looks together, % |\n| --- | --- | --- | --- | --- |\n"
            + String.join("\n", together)
            + "\n\n| world | metric | months | CUPED's variance of the plain, as told: 1 - rho² | as found |\n| --- | --- | --- | --- | --- |\n"
            + String.join("\n", narrowing)
            + "\n\nWorld strata with its arms put together, as if there were none:\n\n| metric | months | truth | bias | in its errors |\n| --- | --- | --- | --- | --- |\n"
            + String.join("\n", without));
  }
}
