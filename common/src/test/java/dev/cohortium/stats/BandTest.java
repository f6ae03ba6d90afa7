package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BandTest {
  /** scipy 1.17.1 binom.ppf([.0005, .9995], n, .95). */
  @Test
  void bands_are_exact() {
    assertThat(Band.of(200)).isEqualTo(new Band(179, 198, 200));
    assertThat(Band.of(500)).isEqualTo(new Band(458, 489, 500));
    assertThat(Band.of(2_000)).isEqualTo(new Band(1867, 1931, 2_000));
  }
}
