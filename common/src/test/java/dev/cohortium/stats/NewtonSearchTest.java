package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;

class NewtonSearchTest {
  /** (x - 3)^2 / 2, its gradient off by 1e-8: no step of 1e-10 ever, and no reason to go on. */
  @Test
  void steps_that_rounding_keeps_from_falling_end_the_search() {
    int[] calls = {0};
    NewtonSearch search =
        search(x -> local((x - 3) * (x - 3) / 2, x - 3 + (calls[0]++ % 2 == 0 ? 1e-8 : -1e-8), 1));
    assertThat(search.ending()).isEqualTo(NewtonSearch.Ending.FOUND);
    assertThat(search.steps()).isLessThan(6);
    assertThat(search.refined()[0]).isCloseTo(3, within(1e-7));
  }

  /** exp(-x) has no least value: steps are 1, their lengths exp(-x / 2), until there are 30. */
  @Test
  void lengths_that_fall_by_a_constant_factor_do_not_end_it() {
    NewtonSearch search = search(x -> local(Math.exp(-x), -Math.exp(-x), Math.exp(-x)));
    assertThat(search.ending()).isEqualTo(NewtonSearch.Ending.TOO_MANY_STEPS);
    assertThat(search.steps()).isEqualTo(30);
    assertThat(search.isFalling()).isTrue();
  }

  /** log(cosh(x)) from 2: a whole step climbs, and is halved until it does not. */
  @Test
  void a_step_that_climbs_is_halved() {
    NewtonSearch search = NewtonSearch.from(new double[] {2}, 1e-10, 30);
    while (!search.isOver()) {
      double x = search.place()[0];
      double slope = Math.tanh(x);
      search = search.next(local(Math.log(Math.cosh(x)), slope, 1 - slope * slope));
    }
    assertThat(search.ending()).isEqualTo(NewtonSearch.Ending.FOUND);
    assertThat(search.refined()[0]).isCloseTo(0, within(1e-10));
  }

  @Test
  void a_flat_function_has_no_step() {
    assertThat(search(x -> local(1, 1, 0)).ending())
        .isEqualTo(NewtonSearch.Ending.SINGULAR_CURVATURE);
  }

  private static NewtonSearch search(DoubleFunction<NewtonSearch.Local> function) {
    NewtonSearch search = NewtonSearch.from(new double[1], 1e-10, 30);
    while (!search.isOver()) {
      search = search.next(function.apply(search.place()[0]));
    }
    return search;
  }

  private static NewtonSearch.Local local(double value, double slope, double curvature) {
    return new NewtonSearch.Local() {
      @Override
      public double value() {
        return value;
      }

      @Override
      public double[] gradient() {
        return new double[] {slope};
      }

      @Override
      public double[][] curvature() {
        return new double[][] {{curvature}};
      }
    };
  }
}
