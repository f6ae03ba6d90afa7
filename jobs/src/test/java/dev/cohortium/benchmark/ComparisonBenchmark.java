package dev.cohortium.benchmark;

import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Progress;
import dev.cohortium.runtime.Run;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Table;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.SparkSession;

/** One size of the benchmark of a comparison: from the panel to all tables, on disk. */
public final class ComparisonBenchmark {
  private static final List<Comparison> ALL =
      List.of(
          new LookAlikeBenchmark(),
          new ControlGroupBenchmark(),
          BeforeAfterBenchmark.PLAIN,
          BeforeAfterBenchmark.BY_TOWN);

  private final SparkSession session;
  private final Path folder;
  private final Comparison of;

  private ComparisonBenchmark(SparkSession session, Path folder, Comparison of) {
    this.session = session;
    this.folder = folder;
    this.of = of;
  }

  /** The benchmark of a name, whose files lie in {@code folder}. */
  public static ComparisonBenchmark of(String name, SparkSession session, Path folder) {
    return new ComparisonBenchmark(
        session,
        folder,
        ALL.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow());
  }

  /** Writes the panel of so many customers; the time for it does not count. */
  public void prepare(int customers) {
    Frames frames = of.panel(session, customers);
    for (Table table : of.job().reads()) {
      frames.get(table).write().parquet(panel(table));
    }
  }

  private String panel(Table table) {
    return folder.resolve("panel").resolve(table.name()).toString();
  }

  /** The seconds of each step. */
  private static final class Steps implements Progress {
    private final Figures figures;
    private String step = "";
    private Took since = Took.now();

    Steps(Figures figures) {
      this.figures = figures;
    }

    @Override
    public void step(String next) {
      Took took = since.untilNow();
      if (!step.isEmpty()) {
        figures.put(step, took);
        System.err.printf("%8.1f s, CPU %8.1f s  %s%n", took.seconds(), took.cpuSeconds(), step);
      }
      step = next.replaceFirst("^[a-z-]+: ", "");
      since = Took.now();
    }

    @Override
    public void note(String line) {}
  }

  /** Counts the jobs that Spark runs, the rows that they read, and what they exchange. */
  private static final class Jobs extends SparkListener {
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong rows = new AtomicLong();
    private final AtomicLong exchanged = new AtomicLong();

    @Override
    public void onJobStart(SparkListenerJobStart start) {
      count.incrementAndGet();
    }

    @Override
    public void onStageCompleted(SparkListenerStageCompleted stage) {
      var metrics = stage.stageInfo().taskMetrics();
      rows.addAndGet(metrics.inputMetrics().recordsRead());
      exchanged.addAndGet(metrics.shuffleWriteMetrics().bytesWritten());
    }
  }

  /** Measures the job on the panel that was prepared. */
  public Figures run(int customers) throws SQLException {
    Figures figures = new Figures(customers);
    Steps steps = new Steps(figures);
    Frames in = new Frames(session, new Run("benchmark", Instant.now(), steps, Run.Reading.NEW));
    for (Table table : of.job().reads()) {
      in.with(table, session.read().parquet(panel(table)));
    }
    Jobs jobs = new Jobs();
    session.sparkContext().addSparkListener(jobs);
    Took since = Took.now();
    steps.step("before all");
    Frames out = of.job().run(in, of.study());
    steps.step("tables");
    for (Table table : of.job().writes()) {
      out.get(table).write().parquet(folder.resolve("out").resolve(table.name()).toString());
    }
    steps.step("");
    figures.put(of.job().name(), since.untilNow());
    session.sparkContext().removeSparkListener(jobs);
    figures.put("Spark jobs", jobs.count.get());
    figures.put("MB exchanged", jobs.exchanged.get() / (double) (1 << 20));
    long panel = in.get(CustomerMonths.TABLE).count();
    figures.put("rows of the panel", (double) panel);
    figures.put("rows read, times the panel's", (double) jobs.rows.get() / panel);
    figures.put("MB resident at most", Meter.peakResident() / (double) (1 << 20));
    of.tell(figures, in, out, folder);
    return figures;
  }
}
