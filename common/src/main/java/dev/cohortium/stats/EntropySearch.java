package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;

/**
 * Entropy balancing on its way: it names the place at which it needs the summed {@link
 * EntropyState} of all controls, and goes one step on with it. So one pass over rows that lie
 * anywhere serves the searches of many strata.
 *
 * <p>Newton's method on the convex dual, from equal weights (base weights, where there are some),
 * until a step is below 1e-12, or below 1e-8 and no longer falling. A column that is constant among
 * the controls, or that others explain, is balanced as it is. Over without a fit with fewer than 2
 * units in an arm, with no more controls than columns and one, or where no weights balance: the
 * treated's means lie outside of what the controls span.
 *
 * @see <a href="https://doi.org/10.1093/pan/mpr025">Hainmueller 2012</a>
 */
public final class EntropySearch implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final int MOST_STEPS = 100;
  private static final double BALANCED = 1e-12;
  private static final double FEASIBLE = 1e-8;

  private final Gram treated;
  private final Gram controls;
  private final NewtonSearch newton;
  private final EntropyFit fit;
  private final String reason;

  private EntropySearch(
      Gram treated, Gram controls, NewtonSearch newton, EntropyFit fit, String reason) {
    this.treated = treated;
    this.controls = controls;
    this.newton = newton;
    this.fit = fit;
    this.reason = reason;
  }

  /**
   * The search of weights that give the controls the treated's means.
   *
   * @param treated state of the treated's columns, whatever the outcome
   * @param controls state of the controls' columns, by their base weights or not
   * @throws IllegalArgumentException if they differ in columns
   */
  public static EntropySearch of(Gram treated, Gram controls) {
    Arguments.sameLength("controls", controls.columns(), "treated", treated.columns());
    int columns = controls.independent().length;
    Optional<Unmeasured> few =
        TooFew.toCompare(treated.n(), controls.n())
            .or(() -> TooFew.controls(controls.n(), columns + 1));
    return few.isPresent()
        ? new EntropySearch(treated, controls, null, null, few.get().reason())
        : new EntropySearch(
            treated,
            controls,
            NewtonSearch.from(new double[columns], BALANCED, MOST_STEPS),
            null,
            null);
  }

  /** Whether there is nothing more to sum: weights were found, or there are none. */
  public boolean isOver() {
    return fit != null || reason != null;
  }

  /**
   * The place at which the state of all controls is needed next, for {@link EntropyState.Sum}.
   *
   * @throws IllegalStateException if the search is over
   */
  public double[] place() {
    requireMore();
    return newton.place();
  }

  /** No controls at {@link #place}, to which they are added. */
  public EntropyState.Sum sum() {
    return new EntropyState.Sum(treated, controls, place());
  }

  /** The weights, once found. */
  public Optional<EntropyFit> fit() {
    return Optional.ofNullable(fit);
  }

  /** Why there are no weights, where the search ended without. */
  public Optional<Unmeasured> unmeasured() {
    return Optional.ofNullable(reason).map(Unmeasured::new);
  }

  /**
   * The search one step on.
   *
   * @param state of all controls at {@link #place}
   * @throws IllegalArgumentException if it is of another place or of another number of controls
   * @throws IllegalStateException if the search is over
   */
  public EntropySearch next(EntropyState state) {
    requireMore();
    if (!Arrays.equals(state.place(), newton.place())) {
      throw new IllegalArgumentException(
          "state is at "
              + Arrays.toString(state.place())
              + ", must be at "
              + Arrays.toString(newton.place()));
    }
    if (state.n() != controls.n()) {
      throw new IllegalArgumentException(
          "state has " + state.n() + " controls, must have all " + controls.n());
    }
    NewtonSearch on = newton.next(state);
    if (!on.isOver()) {
      return new EntropySearch(treated, controls, on, null, null);
    }
    if (on.ending() == NewtonSearch.Ending.FOUND) {
      EntropyFit found = new EntropyFit(EntropyColumns.of(treated, controls), state);
      if (found.imbalance() <= FEASIBLE) {
        return new EntropySearch(treated, controls, on, found, null);
      }
    }
    String infeasible =
        "No weights of the "
            + controls.n()
            + " controls give them the covariate means of the treated.";
    return new EntropySearch(treated, controls, on, null, infeasible);
  }

  private void requireMore() {
    if (isOver()) {
      throw new IllegalStateException("The search is over: it needs no more states.");
    }
  }
}
