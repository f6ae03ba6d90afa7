package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Controls;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CovariateEventStudyTest {
  private static final StaggeredDesign NOT_YET = Counties.design();
  private static final StaggeredDesign NEVER = NOT_YET.with(Controls.NEVER_JOINED);
  private static final Map<String, CovariateMethod> METHODS =
      Map.of(
          "dr", CovariateMethod.DOUBLY_ROBUST,
          "ipw", CovariateMethod.INVERSE_PROBABILITY,
          "reg", CovariateMethod.OUTCOME_REGRESSION);

  @Test
  void every_effect_error_and_aggregate_given_population_agrees_with_R() {
    // R 4.2.2, did 2.5.1 with DRDID 1.2.3, xformla = ~ lpop: mpdta/reference.json.
    Counties counties = Counties.all();
    METHODS.forEach(
        (name, method) -> {
          for (Base base : new Base[] {Base.VARYING, Base.UNIVERSAL}) {
            String tail = "|lpop|" + name + "|" + base.name().toLowerCase(java.util.Locale.ROOT);
            Mpdta.agree(
                "nevertreated" + tail,
                counties.study(NEVER.with(base), method, counties.population));
            Mpdta.agree(
                "notyettreated" + tail,
                counties.study(NOT_YET.with(base), method, counties.population));
          }
        });
  }
}
