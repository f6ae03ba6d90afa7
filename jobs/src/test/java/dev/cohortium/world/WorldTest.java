package dev.cohortium.world;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.config.World;
import dev.cohortium.config.WorldReader;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.runtime.JobRunner;
import dev.cohortium.runtime.Run;
import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.RunCounts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DecimalType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole world as files, and as the jobs take it in. */
class WorldTest extends SparkTest {
  private static final String SMALL =
      """
      customers = 150, months = 18, replicates = 2
      regions { north { launch-month = 6, stores = 2 }, south { launch-month = 8, stores = 2 } }
      joining.hazard = 0.1
      experiment { from-month = 9, control-share = 0.3 }
      pilot { stores = 1, from-month = 12 }
      survey { asked = 0.2, answered = 0.6 }
      dirt {
        duplicates = 0.02, late = 0.1, malformed = 0.01, unknown-enums = 0.01, clock-errors = 0.01, null-keys = 0.01
      }
      """;

  @TempDir private Path folder;

  private Path written(String name, int tasks, String... more) {
    World world = WorldReader.parse(SMALL + String.join("\n", more), "small", List.of(), Map.of());
    Path out = folder.resolve(name);
    new WorldWriter(
            spark(), world, out.toString(), Run.unwatched("world", Instant.EPOCH).progress())
        .write(tasks);
    return out;
  }

  @Test
  void files_hold_the_same_however_many_tasks_write_them() throws IOException {
    withoutCompiling();
    Map<String, List<String>> one = content(written("one", 1));
    assertThat(one.keySet())
        .contains("transactions/2021-01", "transactions/2022-06", "stores/", "exposures/");
    assertThat(content(written("three", 3))).isEqualTo(one);
    assertThat(content(written("eight", 8))).isEqualTo(one);
    assertThat(truth("three")).isEqualTo(truth("one"));
    assertThat(truth("eight")).isEqualTo(truth("one"));
  }

  private List<List<String>> truth(String world) {
    return Stream.of("truth_customers", "truth_effects", "dirt")
        .map(table -> shown(spark().read().parquet(folder + "/" + world + "/truth/" + table)))
        .toList();
  }

  /** The sorted lines of each source and month. */
  private static Map<String, List<String>> content(Path world) throws IOException {
    Map<String, List<String>> lines = new TreeMap<>();
    try (Stream<Path> files = Files.walk(world.resolve("sources"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString().replaceFirst("-?\\d{5}\\.csv\\.gz$", "");
        List<String> all =
            lines.computeIfAbsent(
                file.getParent().getFileName() + "/" + name, n -> new ArrayList<>());
        try (BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
          reader.lines().skip(1).forEach(all::add);
        }
      }
    }
    lines.values().forEach(all -> all.sort(null));
    return lines;
  }

  @Test
  void ingest_counts_what_the_world_knows_to_be_wrong() throws IOException {
    withoutCompiling();
    Path world = written("dirty", 2);
    Map<String, Map<String, Long>> dirt = new TreeMap<>();
    for (Row row : spark().read().parquet(world + "/truth/dirt").collectAsList()) {
      dirt.computeIfAbsent(row.getString(0), s -> new TreeMap<>())
          .put(row.getString(1), row.getLong(2));
    }
    assertThat(dirt.get("transactions").keySet())
        .containsExactlyInAnyOrder(
            "right", "duplicate", "malformed", "unknown_enum", "clock_error", "null_key", "late");
    Warehouse warehouse = ingested(world);
    Map<String, Map<String, Long>> counts = new TreeMap<>();
    for (Row row : warehouse.read(RunCounts.TABLE).where("job = 'ingest'").collectAsList()) {
      counts
          .computeIfAbsent(row.getString(2), s -> new TreeMap<>())
          .put(row.getString(3), row.getLong(4));
    }
    assertThat(dirt).hasSize(Feed.values().length);
    assertThat(counts.keySet()).containsAll(dirt.keySet());
    dirt.forEach(
        (source, rows) -> {
          long duplicate = rows.getOrDefault("duplicate", 0L);
          long quarantined =
              Stream.of("malformed", "unknown_enum", "clock_error", "null_key")
                  .mapToLong(fault -> rows.getOrDefault(fault, 0L))
                  .sum();
          assertThat(counts.get(source))
              .as(source)
              .containsEntry("clean", rows.get("right"))
              .containsEntry("duplicate", duplicate)
              .containsEntry("quarantined", quarantined)
              .containsEntry("read", rows.get("right") + duplicate + quarantined);
        });
    assertJoiningsAreOrders(warehouse);
  }

  /** Joining takes place at an order, and the panel sees it so. */
  private void assertJoiningsAreOrders(Warehouse warehouse) {
    assertThat(warehouse.read(Joinings.TABLE).count()).isPositive();
    assertThat(
            warehouse.read(Joinings.TABLE).where(col(Joinings.ORDERS_UNTIL_JOINING).lt(1)).count())
        .isZero();
  }

  @Test
  void parquet_files_hold_the_same_receipts_with_types() {
    withoutCompiling();
    String text = folder.resolve("text") + "/sources/transactions";
    String typed = folder.resolve("typed") + "/sources/transactions";
    written("text", 2);
    written("typed", 2, "format = parquet");
    Dataset<Row> lines = spark().read().parquet(typed);
    assertThat(lines.schema().apply("net_amount").dataType()).isEqualTo(new DecimalType(12, 2));
    assertThat(shown(lines))
        .isEqualTo(shown(spark().read().schema(lines.schema()).option("header", true).csv(text)));
  }

  /** The warehouse after ingest and panel, by the study of the sample world. */
  private Warehouse ingested(Path world) throws IOException {
    String hocon =
        Files.readString(dev.cohortium.Project.root().resolve("conf/club.conf"))
                .replace("data-samples/club", world.toString())
                .replace("as-of = \"2023-06\"", "as-of = \"2022-06\", max-quarantine-share = 0.2")
            + "cohorts = null";
    Study study = StudyReader.parse(hocon, "club", List.of(), Map.of());
    Path warehouse = folder.resolve("warehouse");
    new JobRunner(context(study, warehouse, Instant.parse("2026-01-01T00:00:00Z")))
        .run(List.of(new IngestJob(), new PanelJob()));
    return new Warehouse(spark(), warehouse.toString());
  }

  @Test
  void true_effects_are_the_means_of_the_truth() {
    withoutCompiling();
    Path world = written("effects", 2);
    List<Row> truth = spark().read().parquet(world + "/truth/truth_customers").collectAsList();
    Set<String> estimands = new TreeSet<>();
    for (Row effect : spark().read().parquet(world + "/truth/truth_effects").collectAsList()) {
      String estimand = effect.getAs("estimand");
      estimands.add(estimand);
      if (effect.<String>getAs("metric").equals("average_receipt")) {
        double receipt =
            mean(truth, effect, "net_revenue", true) / mean(truth, effect, "orders", true);
        double without =
            mean(truth, effect, "net_revenue", false) / mean(truth, effect, "orders", false);
        assertThat(effect.<Double>getAs("estimate")).isCloseTo(receipt - without, within(1e-9));
        continue;
      }
      String metric = effect.getAs("metric");
      if (estimand.equals("wald")) {
        double joined = mean(truth, effect, "joined", true) - mean(truth, effect, "joined", false);
        double itt = mean(truth, effect, metric, true) - mean(truth, effect, metric, false);
        assertThat(effect.<Double>getAs("estimate")).isCloseTo(itt / joined, within(1e-9));
        continue;
      }
      double baseline = mean(truth, effect, metric, false);
      assertThat(effect.<Double>getAs("baseline")).isCloseTo(baseline, within(1e-9));
      assertThat(effect.<Double>getAs("estimate"))
          .isCloseTo(mean(truth, effect, metric, true) - baseline, within(1e-9));
    }
    assertThat(estimands)
        .containsExactly("cace", "itt", "join_now_vs_as_usual", "join_vs_stay_out", "wald");
  }

  /** The mean over those whom an effect is about, with the programme or without it. */
  private static double mean(List<Row> truth, Row effect, String metric, boolean isWith) {
    String estimand = effect.getAs("estimand");
    String difference =
        switch (estimand) {
          case "join_vs_stay_out" -> "difference_vs_stay_out";
          case "join_now_vs_as_usual" -> "difference_vs_as_usual";
          default -> "difference_vs_control";
        };
    return truth.stream()
        .filter(row -> row.<String>getAs("metric").equals(metric))
        .filter(row -> row.getAs("replicate").equals(effect.getAs("replicate")))
        .filter(row -> row.getAs("horizon_months").equals(effect.getAs("horizon_months")))
        .filter(row -> row.getAs(difference) != null)
        .filter(row -> !estimand.equals("cace") || row.<Boolean>getAs("is_complier"))
        .filter(row -> isIn(effect.getAs("segment_by"), effect.getAs("segment"), row))
        .mapToDouble(
            row -> row.<Double>getAs("treated") - (isWith ? 0 : row.<Double>getAs(difference)))
        .average()
        .orElseThrow();
  }

  private static boolean isIn(String segmentBy, String segment, Row row) {
    return switch (segmentBy) {
      case "region" -> row.getAs("region").equals(segment);
      case "measurable" -> {
        boolean isMeasurable =
            row.<Boolean>getAs("is_known")
                && !monthOf(row, "arrival_month")
                    .plusMonths(6)
                    .isAfter(monthOf(row, "joining_month"));
        yield segment.equals(Boolean.toString(isMeasurable));
      }
      default -> true;
    };
  }

  private static java.time.LocalDate monthOf(Row row, String column) {
    return row.<java.sql.Date>getAs(column).toLocalDate();
  }

  @Test
  void a_folder_that_is_not_empty_is_refused() throws IOException {
    Path out = Files.createDirectory(folder.resolve("full"));
    Files.writeString(out.resolve("notes.txt"), "mine");
    World world = WorldReader.parse("", "small", List.of(), Map.of());
    assertThatThrownBy(
            () ->
                new WorldWriter(
                    spark(),
                    world,
                    out.toString(),
                    Run.unwatched("world", Instant.EPOCH).progress()))
        .isInstanceOf(UserFault.class)
        .hasMessage("--out " + out + " is not empty. Name a new folder, or empty it first.");
  }
}
