package dev.cohortium.benchmark;

import dev.cohortium.config.Study;
import dev.cohortium.config.WorldReader;
import dev.cohortium.lookalike.LookAlikeJob;
import dev.cohortium.lookalike.LookAlikeWorlds;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.LookAlikePairs;
import dev.cohortium.world.WorldPanel;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** The look-alike comparison on the panel of a world. */
final class LookAlikeBenchmark implements Comparison {
  private static final String WORLD =
      """
      seed = 5, customers = %d, months = 36
      joining { selection = history, hazard = 0.022 }
      """;

  @Override
  public Job job() {
    return new LookAlikeJob();
  }

  @Override
  public Study study() {
    return LookAlikeWorlds.study(
        YearMonth.of(2023, 12),
        List.of("look-alike.exact=[region]", "look-alike.propensity-by=[]"));
  }

  @Override
  public Frames panel(SparkSession session, int customers) {
    return new WorldPanel(
            session,
            WorldReader.parse(WORLD.formatted(customers), "world", List.of(), Map.of()),
            Math.max(4, customers / 25_000))
        .frames();
  }

  @Override
  public void tell(Figures figures, Frames in, Frames out, Path folder) {
    figures.put("members", (double) in.get(Joinings.TABLE).count());
    figures.put(
        "matched members", (double) out.get(LookAlikePairs.TABLE).where("role = 'member'").count());
  }
}
