package dev.cohortium.stats;

import dev.cohortium.stats.Cell.Claim;
import dev.cohortium.stats.Cell.Cost;
import dev.cohortium.stats.Cell.Deviation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.hipparchus.distribution.discrete.BinomialDistribution;

/** Randomised experiments, rates and scores. */
final class ExperimentCells {
  private static final String JUMPS =
      "so few counts that coverage jumps from one to the next, here upwards";

  private final List<Cell> cells = new ArrayList<>();

  private ExperimentCells() {}

  static List<Cell> all() {
    ExperimentCells all = new ExperimentCells();
    all.addMeans();
    for (Sample sample : Sample.ALL) {
      all.addDifferences(sample);
      all.addCuped(sample);
      all.addQuotients(sample);
    }
    all.addWinsorised();
    all.addFieller();
    all.addRates();
    all.addScores();
    all.addCompliers();
    all.addSampleRatios();
    all.addSequences();
    all.addPeeking();
    return all.cells;
  }

  private void addMeans() {
    for (Noise noise : Noise.values()) {
      for (int n : new int[] {25, 500}) {
        Cell cell =
            Cell.of(
                "Moments",
                n + ", " + noise.label,
                2.8 * noise.deviation / Math.sqrt(n),
                (draws, mean) -> {
                  Moments one = Moments.of(draws.numbers(0, n, r -> mean + noise.draw(r)));
                  return Finding.of(one.meanWithError(), mean).checked(one);
                });
        cells.add(
            noise == Noise.NORMAL
                ? cell
                : cell.expecting("one skewed sample: nothing cancels", Deviation.WARNED));
      }
    }
  }

  private void addDifferences(Sample sample) {
    Noise noise = sample.noise();
    cells.add(
        sample.cell(
            "TwoSample",
            sample.detectable(),
            (draws, effect) -> {
              Moments treated = Moments.of(sample.treated(draws, r -> effect + noise.draw(r)));
              Moments control = Moments.of(sample.control(draws, noise::draw));
              return Finding.of(TwoSample.of(treated, control), effect).checked(treated, control);
            }));
    Cell stratified =
        Cell.of(
            "Stratified",
            sample.label(),
            sample.detectable(),
            (draws, effect) -> stratified(draws, sample, effect));
    cells.add(
        noise == Noise.NORMAL
            ? stratified
            : stratified.expecting("skewed and, within strata, unequal arms", Deviation.WARNED));
  }

  /** Heavy buyers, of a level of 10 instead of 2, are 4 in 5 of the treated, 1 in 5 of controls. */
  private static Finding stratified(Draws draws, Sample sample, double effect) {
    Noise noise = sample.noise();
    int[] sizes = {
      sample.treated() * 4 / 5, sample.treated() / 5, sample.control() / 5, sample.control() * 4 / 5
    };
    double[] means = {10 + effect, 2 + effect, 10, 2};
    Moments[] arms = new Moments[4];
    int first = 0;
    for (int i = 0; i < 4; i++) {
      double mean = means[i];
      arms[i] = Moments.of(draws.numbers(first, sizes[i], r -> mean + noise.draw(r)));
      first += sizes[i];
    }
    Measurement combined =
        Stratified.of(
                List.of(
                    Stratified.Stratum.of(
                        sample.treated() * 4L / 5 + sample.control() / 5, arms[0], arms[2]),
                    Stratified.Stratum.of(
                        sample.treated() / 5 + sample.control() * 4L / 5, arms[1], arms[3])))
            .effect();
    return Finding.of(combined, effect).checked(arms);
  }

  /** A metric that its covariate before explains by half, a correlation of 0.7. */
  private void addCuped(Sample sample) {
    Noise noise = sample.noise();
    double rho = 0.7;
    double detectable =
        MinimumDetectableEffect.of(noise.deviation)
            .withCorrelation(rho)
            .effect(sample.treated(), sample.control());
    cells.add(
        sample
            .cell(
                "Cuped",
                detectable,
                (draws, effect) -> {
                  double[][] treated = sample.treatedRows(draws, r -> pair(r, noise, rho, effect));
                  double[][] control = sample.controlRows(draws, r -> pair(r, noise, rho, 0));
                  Cuped cuped = Cuped.of(CrossMoments.of(treated), CrossMoments.of(control));
                  return Finding.of(cuped.effect(), effect).checked(first(treated), first(control));
                })
            .with(Cost.ARITHMETIC));
    double level = 8 * noise.deviation;
    cells.add(
        sample.cell(
            "Cuped.relativeEffect",
            detectable / level,
            (draws, lift) -> {
              double[][] treated =
                  sample.treatedRows(draws, r -> pair(r, noise, rho, level * (1 + lift)));
              double[][] control = sample.controlRows(draws, r -> pair(r, noise, rho, level));
              RelativeEffect relative =
                  Cuped.of(CrossMoments.of(treated), CrossMoments.of(control)).relativeEffect();
              return Finding.of(value(relative.effect()), relative.limits()::contains, lift)
                  .checked(first(treated), first(control));
            }));
  }

  private static double[] pair(SplittableRandom random, Noise noise, double rho, double mean) {
    double before = noise.draw(random);
    return new double[] {
      mean + rho * before + Math.sqrt(1 - rho * rho) * noise.draw(random), before
    };
  }

  private static Moments first(double[][] rows) {
    return beyond(rows, 0);
  }

  private static double value(Measurement measurement) {
    return measurement.estimate().orElseThrow().value();
  }

  private void addQuotients(Sample sample) {
    Noise noise = sample.noise();
    // Of 1 to 5 orders: deviation of z is sqrt(mean of squares) / mean times that of a receipt.
    cells.add(
        sample.cell(
            "RatioMetric",
            Math.sqrt(11) / 3 * sample.detectable(),
            (draws, effect) -> {
              double[][] treated = sample.treatedRows(draws, r -> orders(r, noise, 10 + effect));
              double[][] control = sample.controlRows(draws, r -> orders(r, noise, 10));
              return Finding.of(
                      RatioMetric.difference(CrossMoments.of(treated), CrossMoments.of(control)),
                      effect)
                  .checked(beyond(treated, 10 + effect), beyond(control, 10));
            }));
    double level = 4 * noise.deviation;
    cells.add(
        sample.cell(
            "RelativeEffect",
            sample.detectable() / level,
            (draws, lift) -> {
              Moments treated =
                  Moments.of(sample.treated(draws, r -> level * (1 + lift) + noise.draw(r)));
              Moments control = Moments.of(sample.control(draws, r -> level + noise.draw(r)));
              RelativeEffect found =
                  RelativeEffect.of(treated.meanEstimate(), control.meanEstimate());
              return Finding.of(value(found.effect()), found.limits()::contains, lift)
                  .checked(treated, control);
            }));
  }

  /** What each customer's revenue is above so much an order. */
  private static Moments beyond(double[][] rows, double ratio) {
    double[] values = new double[rows.length];
    Arrays.setAll(values, i -> rows[i][0] - ratio * rows[i][1]);
    return Moments.of(values);
  }

  private static double[] orders(SplittableRandom random, Noise noise, double receipt) {
    double orders = 1 + random.nextInt(5);
    return new double[] {orders * (receipt + noise.draw(random)), orders};
  }

  /** 20 looks, at each a twentieth of the customers more; from the fifth on all must cover. */
  private void addSequences() {
    for (Sample sample :
        List.of(
            new Sample(100, 100, Noise.NORMAL),
            new Sample(1000, 1000, Noise.NORMAL),
            new Sample(100, 100, Noise.LOG_NORMAL),
            new Sample(1000, 1000, Noise.LOG_NORMAL),
            new Sample(100, 1900, Noise.LOG_NORMAL))) {
      cells.add(
          sample
              .cell(
                  "ConfidenceSequence",
                  1.3 * sample.detectable(),
                  (draws, effect) -> sequence(draws, sample, effect))
              .with(Cost.ARITHMETIC)
              .expecting("made for looks without end", Deviation.COVERS_TOO_OFTEN));
    }
  }

  private static Finding sequence(Draws draws, Sample sample, double effect) {
    Noise noise = sample.noise();
    var sequence = new ConfidenceSequence(0.05, sample.treated() + sample.control());
    int step = sample.treated() / 20;
    int controlStep = sample.control() / 20;
    Moments treated = Moments.NONE;
    Moments control = Moments.NONE;
    Finding all = Finding.rejecting(false);
    for (int look = 1; look <= 20; look++) {
      long first = treated.count();
      treated = treated.plus(Moments.of(draws.numbers(first, step, r -> effect + noise.draw(r))));
      long other = sample.treated() + control.count();
      control = control.plus(Moments.of(draws.numbers(other, controlStep, noise::draw)));
      if (look >= 5) {
        Estimate estimate = TwoSample.of(treated, control).estimate().orElseThrow();
        Interval limits = sequence.interval(estimate, treated.count() + control.count());
        all = all.and(Finding.of(estimate.value(), limits::contains, effect));
      }
    }
    return all.checked(treated, control);
  }

  /** The same customers' monthly means so far, after each of 6 months. */
  private void addPeeking() {
    for (Sample sample : Sample.ALL) {
      cells.add(
          sample
              .cell(
                  "PeekingLevels",
                  sample.detectable(),
                  (draws, effect) -> peeking(draws, sample, effect))
              .with(Cost.ARITHMETIC)
              .expecting(
                  "Bonferroni, and looks that depend on each other", Deviation.COVERS_TOO_OFTEN));
    }
  }

  private static Finding peeking(Draws draws, Sample sample, double effect) {
    int months = 6;
    PeekingLevels levels = new PeekingLevels(0.05);
    double[][] treated = sample.treatedRows(draws, r -> months(r, sample.noise(), months));
    double[][] control = sample.controlRows(draws, r -> months(r, sample.noise(), months));
    Finding all = Finding.rejecting(false);
    for (int month = 1; month <= months; month++) {
      Moments here = upTo(treated, month, effect);
      Moments there = upTo(control, month, 0);
      Estimate estimate = TwoSample.of(here, there).estimate().orElseThrow();
      Interval limits = levels.interval(estimate, month);
      all = all.and(Finding.of(estimate.value(), limits::contains, effect)).checked(here, there);
    }
    return all;
  }

  private static double[] months(SplittableRandom random, Noise noise, int months) {
    double[] values = new double[months];
    for (int i = 0; i < months; i++) {
      values[i] = noise.draw(random);
    }
    return values;
  }

  /** Monthly means so far. */
  private static Moments upTo(double[][] rows, int months, double effect) {
    double[] means = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int month = 0; month < months; month++) {
        means[i] += rows[i][month] / months;
      }
      means[i] += effect;
    }
    return Moments.of(means);
  }

  /** 2 % are huge accounts beyond the cap of 30, the rest spend 5 to 15: a deviation of 4. */
  private void addWinsorised() {
    Winsorised cap = new Winsorised(30);
    ToDoubleFunction<SplittableRandom> spend =
        r -> r.nextDouble() < 0.02 ? 40 + 400 * r.nextDouble() : 5 + 10 * r.nextDouble();
    for (Sample sample : Sample.ALL) {
      if (sample.noise() == Noise.NORMAL) {
        continue;
      }
      cells.add(
          sample
              .cell(
                  "Winsorised",
                  MinimumDetectableEffect.of(4).effect(sample.treated(), sample.control()),
                  (draws, effect) -> {
                    Moments treated =
                        Moments.of(
                            sample.treated(
                                draws, r -> cap.capped(effect / 0.98 + spend.applyAsDouble(r))));
                    Moments control =
                        Moments.of(sample.control(draws, r -> cap.capped(spend.applyAsDouble(r))));
                    return Finding.of(TwoSample.of(treated, control), effect)
                        .checked(treated, control);
                  })
              .on(sample.sizes() + ", 2 % huge accounts"));
    }
  }

  private void addFieller() {
    for (double errors : new double[] {1, 3, 10}) {
      cells.add(
          Cell.of(
              "Quotient",
              String.format(Locale.ROOT, "denominator %.0f errors from 0", errors),
              4 / errors,
              (draws, ratio) -> {
                SplittableRandom random = draws.unit(0);
                double shared = random.nextGaussian();
                Quotient quotient =
                    new Quotient(
                        ratio * errors + shared,
                        errors + 0.6 * shared + 0.8 * random.nextGaussian(),
                        1,
                        1,
                        0.6,
                        Double.POSITIVE_INFINITY);
                return Finding.of(Double.NaN, quotient.fieller(0.95)::contains, ratio);
              }));
    }
  }

  private void addRates() {
    for (double rate : new double[] {0.3, 0.04}) {
      cells.add(
          wilson(25, rate)
              .expecting(
                  String.format(
                      Locale.ROOT,
                      "so few counts that coverage jumps: their exact sum is %.1f %%",
                      100 * exactCoverage(25, rate)),
                  Deviation.COVERS_TOO_SELDOM));
    }
    cells.add(wilson(500, 0.3));
    cells.add(wilson(500, 0.01));
    double[][] pairs = {{25, 25, 0.3}, {500, 500, 0.3}, {100, 100, 0.02}, {50, 950, 0.02}};
    for (double[] pair : pairs) {
      int treated = (int) pair[0];
      int control = (int) pair[1];
      double rate = pair[2];
      double detectable =
          MinimumDetectableEffect.of(Math.sqrt(rate * (1 - rate))).effect(treated, control);
      Cell cell =
          Cell.of(
              "Newcombe",
              String.format(Locale.ROOT, "%d + %d, rate %.2f", treated, control, rate),
              detectable,
              (draws, effect) -> {
                Newcombe newcombe =
                    Newcombe.of(
                        successes(draws, 0, treated, rate + effect),
                        treated,
                        successes(draws, treated, control, rate),
                        control);
                return Finding.of(newcombe.difference(), newcombe.interval()::contains, effect);
              });
      cells.add(rate < 0.1 ? cell.expecting(JUMPS, Deviation.COVERS_TOO_OFTEN) : cell);
    }
  }

  private static Cell wilson(int n, double rate) {
    return Cell.of(
            "Wilson",
            String.format(Locale.ROOT, "%d, rate %.2f", n, rate),
            rate,
            (draws, p) -> {
              long x = successes(draws, 0, n, p);
              Wilson wilson = Wilson.of(x, n);
              Interval limits = new Interval(wilson.low(), wilson.high());
              return Finding.of((double) x / n, limits::contains, p);
            })
        .with(Claim.LIMITS);
  }

  private static double exactCoverage(int n, double rate) {
    BinomialDistribution counts = new BinomialDistribution(n, rate);
    double sum = 0;
    for (int x = 0; x <= n; x++) {
      Wilson wilson = Wilson.of(x, n);
      sum += wilson.low() <= rate && rate <= wilson.high() ? counts.probability(x) : 0;
    }
    return sum;
  }

  private static long successes(Draws draws, long first, int n, double rate) {
    long successes = 0;
    for (int i = 0; i < n; i++) {
      successes += draws.unit(first + i).nextDouble() < rate ? 1 : 0;
    }
    return successes;
  }

  private void addScores() {
    for (int n : new int[] {25, 500}) {
      cells.add(score(n + " answers, 20 % passive", n, 0.8, 260 / Math.sqrt(n)));
      cells.add(score(n + " answers, 85 % promoters", n, 0.88, 82).with(Claim.LIMITS));
    }
    for (int[] sizes : new int[][] {{25, 25}, {500, 500}, {50, 500}}) {
      double planted = 250 * Math.sqrt(1.0 / sizes[0] + 1.0 / sizes[1]);
      cells.add(
          Cell.of(
                  "NetPromoterScore.minus",
                  sizes[0] + " and " + sizes[1] + " answers",
                  planted,
                  (draws, difference) ->
                      Finding.of(
                          answers(draws, 0, sizes[0], 0.8, difference / 2)
                              .minus(answers(draws, sizes[0], sizes[1], 0.8, -difference / 2))
                              .adjusted(),
                          difference))
              .expecting("three added answers draw the score to 0", Deviation.BIASED));
    }
  }

  private static Cell score(String sample, int n, double active, double planted) {
    return Cell.of(
        "NetPromoterScore",
        sample,
        planted,
        (draws, score) -> {
          NetPromoterScore answers = answers(draws, 0, n, active, score);
          Interval limits = answers.interval().orElseThrow();
          return Finding.of(answers.score().orElseThrow(), limits::contains, score);
        });
  }

  /** Answers of which a share, {@code active}, promotes or detracts. */
  private static NetPromoterScore answers(
      Draws draws, long first, int n, double active, double score) {
    double promoters = (active + score / 100) / 2;
    long[] counts = new long[3];
    for (int i = 0; i < n; i++) {
      double u = draws.unit(first + i).nextDouble();
      counts[u < promoters ? 0 : u < active ? 1 : 2]++;
    }
    return new NetPromoterScore(counts[0], counts[2], counts[1]);
  }

  /** Shares that join with and without the offer; who would join anyway spends 2 more. */
  private void addCompliers() {
    double[][] designs = {{100, 100, 0.5}, {1000, 1000, 0.5}, {100, 900, 0.5}, {150, 150, 0.14}};
    for (double[] design : designs) {
      for (Noise noise : Noise.values()) {
        Sample sample = new Sample((int) design[0], (int) design[1], noise);
        boolean strong = design[2] == 0.5;
        cells.add(
            sample
                .cell(
                    "CompliersEffect",
                    2.5 * sample.detectable(),
                    (draws, effect) -> {
                      double[][] treated =
                          sample.treatedRows(draws, r -> joiner(r, noise, design[2], effect));
                      double[][] control =
                          sample.controlRows(draws, r -> joiner(r, noise, 0.1, effect));
                      CompliersEffect found =
                          CompliersEffect.of(CrossMoments.of(treated), CrossMoments.of(control));
                      return Finding.of(
                              strong ? value(found.effect()) : Double.NaN,
                              found.limits()::contains,
                              effect)
                          .checked(first(treated), first(control));
                    })
                .on(sample.label() + (strong ? "" : ", weak first stage")));
      }
    }
  }

  private static double[] joiner(
      SplittableRandom random, Noise noise, double share, double effect) {
    double u = random.nextDouble();
    double joined = u < share ? 1 : 0;
    return new double[] {noise.draw(random) + (u < 0.1 ? 2 : 0) + effect * joined, joined};
  }

  /** Planted: what the first arm loses of its share. */
  private void addSampleRatios() {
    double[][] designs = {
      {30, 0.9, 0.1}, {60, 0.5, 0.5}, {2000, 0.9, 0.1}, {1000, 0.5, 0.3, 0.2}, {40, 0.7, 0.2, 0.1}
    };
    for (double[] design : designs) {
      int n = (int) design[0];
      double[] shares = Arrays.copyOfRange(design, 1, design.length);
      Cell cell =
          Cell.of(
                  "SampleRatio",
                  n + " in shares of " + Arrays.toString(shares),
                  1.5 / Math.sqrt(n),
                  (draws, lost) -> {
                    long[] counts = new long[shares.length];
                    for (int i = 0; i < n; i++) {
                      double u = draws.unit(i).nextDouble() + lost;
                      int arm = 0;
                      while (arm < shares.length - 1 && u >= shares[arm]) {
                        u -= shares[arm++];
                      }
                      counts[arm]++;
                    }
                    return Finding.rejecting(SampleRatio.of(counts, shares).pValue() < 0.05);
                  })
              .with(Claim.TEST)
              .with(Cost.ARITHMETIC);
      cells.add(n < 50 ? cell.expecting(JUMPS, Deviation.COVERS_TOO_OFTEN) : cell);
    }
  }
}
