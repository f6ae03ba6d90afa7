package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NewcombeTest {
  /** Newcombe 1998, table II, case (a), method 10; digits of exact.md. */
  @Test
  void limits_agree_with_the_published_case() {
    Newcombe newcombe = Newcombe.of(56, 70, 48, 80);
    agree(newcombe.difference(), 0.2);
    agree(newcombe.low(), 0.0524314724024);
    agree(newcombe.high(), 0.333872654037);
  }

  /** exact.md: conversion 267/21,307 against 122/21,306. */
  @Test
  void limits_of_small_conversions_agree_with_the_exact_case() {
    Newcombe newcombe = Newcombe.of(267, 21_307, 122, 21_306);
    agree(newcombe.difference(), 0.00680500651962);
    agree(newcombe.low(), 0.00501434467148);
    agree(newcombe.high(), 0.00864072339692);
  }

  @Test
  void arms_swapped_and_successes_turned_to_failures_mirror_the_interval() {
    for (int x = 0; x <= 9; x++) {
      for (int y = 0; y <= 13; y++) {
        Newcombe here = Newcombe.of(x, 9, y, 13);
        Newcombe swapped = Newcombe.of(y, 13, x, 9);
        Newcombe failures = Newcombe.of(9 - x, 9, 13 - y, 13);
        assertThat(Math.abs(swapped.low() + here.high())).isLessThan(1e-14);
        assertThat(Math.abs(failures.high() + here.low())).isLessThan(1e-14);
        assertThat(here.interval().contains(here.difference())).isTrue();
        assertThat(here.low()).isBetween(-1.0, here.high());
        assertThat(here.high()).isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void nobody_in_either_arm_still_leaves_a_width() {
    Newcombe newcombe = Newcombe.of(0, 20, 0, 20);
    agree(newcombe.high(), 0.161125158053);
    agree(newcombe.low(), -0.161125158053);
    agree(Newcombe.of(5, 5, 0, 5).high(), 1);
  }

  /** Where the plain interval is said to fail: 1 % of 60 customers. */
  @Test
  void the_plain_interval_of_the_difference_covers_too_seldom() {
    Simulation.assertUndercovers(
        10,
        random -> {
          double p = draw(random, 60, 0.02) / 60.0;
          double q = draw(random, 600, 0.002) / 600.0;
          double reach = 1.96 * Math.sqrt(p * (1 - p) / 60 + q * (1 - q) / 600);
          return Math.abs(p - q - 0.018) <= reach;
        });
  }

  @Test
  void counts_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> Newcombe.of(0, 0, 1, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("treated is 0, must be at least 1");
    assertThatThrownBy(() -> Newcombe.of(1, 2, 0, 0))
        .hasMessage("control is 0, must be at least 1");
    assertThatThrownBy(() -> Newcombe.of(1, 2, 3, 2))
        .hasMessage("successes is 3, must lie in 0..2 (trials)");
  }

  private static int draw(SplittableRandom random, int trials, double rate) {
    int successes = 0;
    for (int i = 0; i < trials; i++) {
      successes += random.nextDouble() < rate ? 1 : 0;
    }
    return successes;
  }
}
