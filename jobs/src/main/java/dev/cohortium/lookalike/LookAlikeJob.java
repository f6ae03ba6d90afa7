package dev.cohortium.lookalike;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Metric;
import dev.cohortium.evidence.PanelSurvey;
import dev.cohortium.evidence.Programmes;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.Linkability;
import dev.cohortium.table.LookAlikeAttrition;
import dev.cohortium.table.LookAlikeAudience;
import dev.cohortium.table.LookAlikeBalance;
import dev.cohortium.table.LookAlikeOverlap;
import dev.cohortium.table.LookAlikePairs;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.Table;
import java.time.YearMonth;
import java.util.List;

/** Compares members with customers like them (methods.md 5). */
public final class LookAlikeJob implements Job {
  @Override
  public String name() {
    return "look-alike";
  }

  @Override
  public String sentence() {
    return "compares members with customers like them who could have joined and did not";
  }

  @Override
  public boolean isConfiguredIn(Study study) {
    return study.lookAlike().isPresent();
  }

  @Override
  public List<Table> reads() {
    return List.of(CustomerMonths.TABLE, Joinings.TABLE, ReceiptMonths.TABLE, Customers.TABLE);
  }

  @Override
  public List<Table> writes() {
    return List.of(
        Effects.TABLE,
        EffectChecks.TABLE,
        LookAlikeBalance.TABLE,
        LookAlikeAttrition.TABLE,
        LookAlikePairs.TABLE,
        LookAlikeAudience.TABLE,
        LookAlikeOverlap.TABLE,
        Linkability.TABLE);
  }

  @Override
  public String settings(Study study) {
    return String.join(
        "\n",
        study.asOf().toString(),
        study.lookAlike().toString(),
        study.metrics().toString(),
        study.headline().toString(),
        study.segments().toString(),
        study.programmes().keySet().toString(),
        study.cohorts().map(Study.Cohorts::inactiveMonths).toString(),
        study.privacy().toString());
  }

  @Override
  public Frames run(Frames in, Study study) {
    YearMonth asOf = study.asOf().orElseThrow();
    PanelSurvey survey = PanelSurvey.of(in.get(CustomerMonths.TABLE), asOf, Metric.of(study));
    return Programmes.each(
        in,
        study,
        writes(),
        program -> new Comparing(in, study, program, name(), survey, asOf).tables());
  }
}
