package dev.cohortium.benchmark;

import dev.cohortium.config.Study;
import dev.cohortium.config.WorldReader;
import dev.cohortium.lookalike.LookAlikeJob;
import dev.cohortium.lookalike.LookAlikeWorlds;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Run;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.LookAlikePairs;
import dev.cohortium.table.Table;
import dev.cohortium.world.WorldPanel;
import java.nio.file.Path;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** One size of the look-alike benchmark: from the panel of a world to all tables, on disk. */
public final class LookAlikeBenchmark implements SizedBenchmark {
  private static final String WORLD =
      """
      seed = 5, customers = %d, months = 36
      joining { selection = history, hazard = 0.022 }
      """;

  private final SparkSession session;
  private final Path folder;

  /** A benchmark whose files lie in {@code folder}. */
  public LookAlikeBenchmark(SparkSession session, Path folder) {
    this.session = session;
    this.folder = folder;
  }

  @Override
  public void prepare(int customers) {
    WorldPanel world =
        new WorldPanel(
            session,
            WorldReader.parse(WORLD.formatted(customers), "world", List.of(), Map.of()),
            Math.max(4, customers / 25_000));
    Frames frames = world.frames();
    for (Table table : new LookAlikeJob().reads()) {
      frames.get(table).write().parquet(panel(table));
    }
  }

  private String panel(Table table) {
    return folder.resolve("panel").resolve(table.name()).toString();
  }

  @Override
  public Figures run(int customers) {
    Study study =
        LookAlikeWorlds.study(
            YearMonth.of(2023, 12),
            List.of("look-alike.exact=[region]", "look-alike.propensity-by=[]"));
    Figures figures = new Figures(customers);
    Steps steps = new Steps("look-alike", figures, session);
    Frames in = new Frames(session, new Run("benchmark", Instant.now(), steps, Run.Reading.NEW));
    LookAlikeJob job = new LookAlikeJob();
    for (Table table : job.reads()) {
      in.with(table, session.read().parquet(panel(table)));
    }
    Frames out = job.run(in, study);
    steps.step("tables");
    for (Table table : job.writes()) {
      out.get(table).write().parquet(folder.resolve("out").resolve(table.name()).toString());
    }
    steps.stop(session);
    figures.put("members", (double) in.get(Joinings.TABLE).count());
    figures.put(
        "matched members", (double) out.get(LookAlikePairs.TABLE).where("role = 'member'").count());
    figures.put("MB resident at most", Meter.peakResident() / (double) (1 << 20));
    return figures;
  }
}
