package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The chance of joining at an opportunity, by month, given what was known then: a logistic
 * regression of each month. An opportunity is whatever a row of the passes says: an order before
 * which the customer had not joined (the month's chance of staying out is the product over its
 * orders), or a month with orders, their number among the covariates.
 *
 * <p>A month in which nobody joins has the hazard 0, one without a regression the share of its
 * opportunities that was taken.
 *
 * @see <a href="https://doi.org/10.1111/j.0006-341X.2000.00779.x">Robins, Finkelstein 2000</a>
 */
public final class JoiningHazards implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final double[] shares;
  private final LogisticFit[] fits;

  private JoiningHazards(double[] shares, LogisticFit[] fits) {
    this.shares = shares;
    this.fits = fits;
  }

  /**
   * The search for the hazards of {@code months} months given {@code columns} covariates.
   *
   * @throws IllegalArgumentException if months are below 1 or columns below 0
   */
  public static Search search(int months, int columns) {
    Arguments.atLeast("months", months, 1);
    Arguments.atLeast("columns", columns, 0);
    return new Search(months, columns, null, null);
  }

  /**
   * The logarithm of the chance of not joining at an opportunity of a month; at n of them n times
   * as much.
   *
   * @throws IllegalArgumentException if the row is not of the columns, or a value not finite
   */
  public double logStay(int month, double[] row) {
    if (fits[month] == null) {
      return shares[month] < 1 ? Math.log1p(-shares[month]) : 0;
    }
    double logit = fits[month].logit(row);
    return -Math.max(logit, 0) - Math.log1p(Math.exp(-Math.abs(logit)));
  }

  /** The regression of a month, where there is one. */
  public Optional<LogisticFit> fit(int month) {
    return Optional.ofNullable(fits[month]);
  }

  /** The opportunities of all months, summed for the next step of a search. */
  public static final class Pass implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final Gram.Sum[] columns;
    private final LogisticState.Sum[] steps;

    private Pass(Gram.Sum[] columns, LogisticState.Sum[] steps) {
      this.columns = columns;
      this.steps = steps;
    }

    /**
     * Adds opportunities of a month.
     *
     * @param row covariates known then
     * @param isTaken whether the customer joined
     * @param times how many alike there were, above 0
     * @return this, changed
     * @throws IllegalArgumentException if the row is not of the columns, a number not finite, or
     *     times not above 0
     */
    public Pass add(int month, double[] row, boolean isTaken, double times) {
      if (columns != null) {
        columns[month].add(row, isTaken ? 1 : 0, times);
      } else if (steps[month] != null) {
        steps[month].add(row, isTaken, times);
      }
      return this;
    }

    /**
     * Adds the opportunities of {@code other}, which stays as it is.
     *
     * @return this, changed
     */
    public Pass plus(Pass other) {
      for (int month = 0; columns != null && month < columns.length; month++) {
        columns[month].plus(other.columns[month]);
      }
      for (int month = 0; steps != null && month < steps.length; month++) {
        if (steps[month] != null) {
          steps[month].plus(other.steps[month]);
        }
      }
      return this;
    }
  }

  /** Regressions on their way: of all months at once, a pass over the opportunities a step. */
  public static final class Search implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final int months;
    private final int columns;
    private final Gram[] grams;
    private final LogisticSearch[] searches;

    private Search(int months, int columns, Gram[] grams, LogisticSearch[] searches) {
      this.months = months;
      this.columns = columns;
      this.grams = grams;
      this.searches = searches;
    }

    /** Whether there is nothing more to sum. */
    public boolean isOver() {
      return grams != null && IntStream.range(0, months).noneMatch(this::isOpen);
    }

    private boolean isOpen(int month) {
      return searches[month] != null && !searches[month].isOver();
    }

    /** No opportunities, to be filled by a pass over all of them: one for each part that adds. */
    public Pass pass() {
      if (grams == null) {
        Gram.Sum[] sums = new Gram.Sum[months];
        Arrays.setAll(sums, month -> new Gram.Sum(columns));
        return new Pass(sums, null);
      }
      LogisticState.Sum[] steps = new LogisticState.Sum[months];
      for (int month = 0; month < months; month++) {
        if (isOpen(month)) {
          steps[month] = new LogisticState.Sum(grams[month], searches[month].place());
        }
      }
      return new Pass(null, steps);
    }

    /**
     * The search one step on.
     *
     * @param pass with all opportunities
     */
    public Search next(Pass pass) {
      LogisticSearch[] next = new LogisticSearch[months];
      if (grams == null) {
        Gram[] found = new Gram[months];
        for (int month = 0; month < months; month++) {
          found[month] = pass.columns[month].gram();
          next[month] = found[month].n() == 0 ? null : LogisticSearch.of(found[month]);
        }
        return new Search(months, columns, found, next);
      }
      for (int month = 0; month < months; month++) {
        next[month] =
            isOpen(month) ? searches[month].next(pass.steps[month].state()) : searches[month];
      }
      return new Search(months, columns, grams, next);
    }

    /**
     * What was found.
     *
     * @throws IllegalStateException if the search is not over
     */
    public JoiningHazards hazards() {
      if (!isOver()) {
        throw new IllegalStateException("The search is not over: it needs another pass.");
      }
      double[] shares = new double[months];
      LogisticFit[] fits = new LogisticFit[months];
      for (int month = 0; month < months; month++) {
        if (searches[month] != null) {
          shares[month] = grams[month].mean(columns);
          fits[month] = searches[month].fit().orElse(null);
        }
      }
      return new JoiningHazards(shares, fits);
    }
  }
}
