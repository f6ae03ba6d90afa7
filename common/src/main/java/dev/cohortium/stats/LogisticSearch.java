package dev.cohortium.stats;

import dev.cohortium.stats.LogisticFit.Likelihood;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;

/**
 * A logistic regression on its way: it names the coefficients at which it needs the summed {@link
 * LogisticState} of all rows, and goes one step on with it. So one pass over rows that lie anywhere
 * serves the searches of many strata.
 *
 * <p>Maximum likelihood by Newton's method on standardised columns, from the intercept alone, until
 * a step is below 1e-10 standard errors, or below 1e-6 and no longer falling. Where 30 steps do not
 * come to that, or the curvature cannot be inverted, it starts again with a normal prior of mean 0
 * and standard deviation 2.5 on the slopes of the standardised columns. Every state that it asks
 * for is used, none is asked for twice.
 *
 * @see <a href="https://doi.org/10.1093/biomet/71.1.1">Albert, Anderson 1984</a>
 * @see <a href="https://doi.org/10.1214/08-AOAS191">Gelman, Jakulin, Pittau, Su 2008</a>
 */
public final class LogisticSearch implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final int MOST_STEPS = 30;
  private static final int MOST_STEPS_WITH_PRIOR = 200;
  private static final double CONVERGED = 1e-10;
  private static final double RUN_AWAY = 0.01;
  private static final double PRIOR_DEVIATION = 2.5;

  /** Of the variance that a yes or no can have: below, all are treated or none is. */
  private static final double ONE_ARM = 1e-14;

  private final Gram gram;
  private final NewtonSearch newton;
  private final Likelihood likelihood;
  private final LogisticState first;
  private final LogisticFit fit;
  private final String reason;

  private LogisticSearch(
      Gram gram,
      NewtonSearch newton,
      Likelihood likelihood,
      LogisticState first,
      LogisticFit fit,
      String reason) {
    this.gram = gram;
    this.newton = newton;
    this.likelihood = likelihood;
    this.first = first;
    this.fit = fit;
    this.reason = reason;
  }

  /**
   * The search of the rows of {@code gram}. Over at once, without a fit, where all rows are treated
   * or none is.
   *
   * @param gram of the rows' columns; its outcome is 1 of the treated, 0 of the others
   * @throws IllegalArgumentException if there are no rows, or the outcome is not 0 or 1
   */
  public static LogisticSearch of(Gram gram) {
    Arguments.atLeast("n", (double) gram.n(), 1);
    int outcome = gram.columns();
    double share = gram.mean(outcome);
    double variance = gram.cross(outcome, outcome) / gram.weight();
    if (!(Math.abs(variance - share * (1 - share)) <= 1e-6)) {
      throw new IllegalArgumentException(
          "outcome has the mean "
              + share
              + " and the variance "
              + variance
              + ", must be 0 or 1 in every row");
    }
    double[] start = new double[gram.independent().length + 1];
    if (variance <= ONE_ARM) {
      String all = share > 0.5 ? "All of " : "None of ";
      return new LogisticSearch(
          gram, null, null, null, null, all + gram.n() + " units are treated: there is no score.");
    }
    start[0] = Math.log(share / (1 - share));
    return new LogisticSearch(
        gram,
        NewtonSearch.from(start, shortest(gram), MOST_STEPS),
        Likelihood.MAXIMISED,
        null,
        null,
        null);
  }

  private static double shortest(Gram gram) {
    return CONVERGED * Math.sqrt(gram.weight() / gram.n());
  }

  /** Whether there is nothing more to sum: a fit was found, or there is none. */
  public boolean isOver() {
    return fit != null || reason != null;
  }

  /**
   * The coefficients at which the state of all rows is needed next, for {@link LogisticState.Sum}.
   *
   * @throws IllegalStateException if the search is over
   */
  public double[] place() {
    requireMore();
    return newton.place();
  }

  /** The regression, once found. */
  public Optional<LogisticFit> fit() {
    return Optional.ofNullable(fit);
  }

  /** Why there is no regression, where the search ended without. */
  public Optional<Unmeasured> unmeasured() {
    return Optional.ofNullable(reason).map(Unmeasured::new);
  }

  /**
   * The search one step on.
   *
   * @param state of all rows at {@link #place}
   * @throws IllegalArgumentException if it is of other coefficients
   * @throws IllegalStateException if the search is over
   */
  public LogisticSearch next(LogisticState state) {
    requireMore();
    if (!Arrays.equals(state.place(), newton.place())) {
      throw new IllegalArgumentException(
          "state is at "
              + Arrays.toString(state.place())
              + ", must be at "
              + Arrays.toString(newton.place()));
    }
    LogisticState start = first == null ? state : first;
    NewtonSearch on = newton.next(state.withPrior(precisions()));
    if (!on.isOver()) {
      return new LogisticSearch(gram, on, likelihood, start, null, null);
    }
    if (on.ending() == NewtonSearch.Ending.FOUND) {
      LogisticFit found =
          new LogisticFit(
              gram,
              likelihood,
              precisions(),
              on.refined(),
              state.withPrior(precisions()).curvature());
      return new LogisticSearch(gram, on, likelihood, start, found, null);
    }
    if (likelihood == Likelihood.MAXIMISED) {
      return withPrior(failed(on), start);
    }
    String why =
        String.format(
            "No score in spite of a prior: the last of %d steps was %.3g standard errors long.",
            on.steps(), on.length());
    return new LogisticSearch(gram, on, likelihood, start, null, why);
  }

  private static Likelihood failed(NewtonSearch search) {
    boolean isRunAway = search.length() < RUN_AWAY && search.isFalling();
    return search.ending() == NewtonSearch.Ending.TOO_MANY_STEPS || isRunAway
        ? Likelihood.SEPARATED
        : Likelihood.SINGULAR;
  }

  /** The search from the start, whose state is known. */
  private LogisticSearch withPrior(Likelihood failed, LogisticState start) {
    NewtonSearch again = NewtonSearch.from(start.place(), shortest(gram), MOST_STEPS_WITH_PRIOR);
    return new LogisticSearch(gram, again, failed, start, null, null).next(start);
  }

  /** Of the prior, by coefficient; 0: none. */
  private double[] precisions() {
    double[] precisions = new double[newton.place().length];
    if (likelihood != Likelihood.MAXIMISED) {
      Arrays.fill(precisions, 1, precisions.length, 1 / (PRIOR_DEVIATION * PRIOR_DEVIATION));
    }
    return precisions;
  }

  private void requireMore() {
    if (isOver()) {
      throw new IllegalStateException("The search is over: it needs no more states.");
    }
  }
}
