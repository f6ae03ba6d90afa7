package dev.cohortium.beforeafter;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Programmes;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.BeforeAfterAggregates;
import dev.cohortium.table.BeforeAfterPaths;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.EventStudyMonths;
import dev.cohortium.table.GroupTimes;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.LookAlikePairs;
import dev.cohortium.table.PreTrends;
import dev.cohortium.table.Table;
import java.util.List;

/** Compares members with themselves before joining, net of others (methods.md 7). */
public final class BeforeAfterJob implements Job {
  @Override
  public String name() {
    return "before-after";
  }

  @Override
  public String sentence() {
    return "compares members before and after joining, net of the same change among others";
  }

  @Override
  public boolean isConfiguredIn(Study study) {
    return study.beforeAfter().isPresent();
  }

  @Override
  public List<Table> reads() {
    return List.of(CustomerMonths.TABLE, Joinings.TABLE, Customers.TABLE, LookAlikePairs.TABLE);
  }

  @Override
  public List<Table> writes() {
    return List.of(
        Effects.TABLE,
        EffectChecks.TABLE,
        EventStudyMonths.TABLE,
        GroupTimes.TABLE,
        BeforeAfterAggregates.TABLE,
        BeforeAfterPaths.TABLE,
        PreTrends.TABLE);
  }

  @Override
  public String settings(Study study) {
    return String.join(
        "\n",
        study.asOf().toString(),
        study.timeZone().toString(),
        study.beforeAfter().toString(),
        study.lookAlike().map(of -> of.preMonths() + " " + of.mostOrders()).toString(),
        study.metrics().toString(),
        study.segments().toString(),
        study.programmes().toString(),
        study.privacy().toString(),
        study.cohorts().map(Study.Cohorts::inactiveMonths).toString());
  }

  @Override
  public Frames run(Frames in, Study study) {
    study.refuseLateSince();
    Expressions.checkSegments(study, in.get(Customers.TABLE));
    in.run().progress().step(name() + ": customers from the panel");
    Lives lives = new Lives(in, study);
    Survey survey = lives.survey();
    return Programmes.each(
        in,
        study,
        writes(),
        program ->
            new Comparing(in, study, program, name(), lives, survey, Room.of(in.session()))
                .tables());
  }
}
