package dev.cohortium.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.SparkTest;
import dev.cohortium.cohorts.CohortsJob;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A BI tool that reads without rest while runs publish. */
class UnderFireTest extends SparkTest {
  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  private static final List<Job> ALL = List.of(new IngestJob(), new PanelJob(), new CohortsJob());
  private static final int RUNS = 3;

  @TempDir private Path folder;

  @Test
  void who_reads_while_runs_publish_sees_one_run_or_the_other() throws Exception {
    deliver(0);
    run(0);
    Map<Table, Set<String>> published = new HashMap<>();
    Map<Table, Set<String>> seen = new ConcurrentHashMap<>();
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicInteger reads = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    AtomicReference<Exception> failure = new AtomicReference<>();
    note(published);
    Thread reader =
        new Thread(
            () -> {
              try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
                while (!isOver.get()) {
                  for (Table table : published()) {
                    Set<String> contents = seen.computeIfAbsent(table, t -> new HashSet<>());
                    contents.add(linked(duck, table));
                    reads.incrementAndGet();
                    try {
                      contents.add(content(duck, file(table)));
                    } catch (SQLException replacedMeanwhile) {
                      // DuckDB 1.5 opens a file twice for one query. Where the file was replaced in
                      // between it finds no page where the old footer says, and fails; asked again
                      // it answers.
                      refused.incrementAndGet();
                      contents.add(content(duck, file(table)));
                    }
                  }
                }
              } catch (SQLException | IOException e) {
                failure.set(e);
              }
            });
    reader.start();
    for (int i = 1; i < RUNS; i++) {
      deliver(i);
      run(i);
      note(published);
    }
    isOver.set(true);
    reader.join();

    assertThat(failure.get()).isNull();
    assertThat(refused.get())
        .as("of " + reads.get() + " reads, at most one for each time that a table was replaced")
        .isLessThanOrEqualTo(published.size() * (RUNS - 1));
    assertThat(published.keySet()).hasSizeGreaterThan(6);
    published.forEach(
        (table, contents) -> {
          assertThat(contents).as(table + " differs after runs").hasSizeGreaterThan(1);
          assertThat(contents).as(table + " as it was seen").containsAll(seen.get(table));
        });
  }

  private void note(Map<Table, Set<String>> published) throws SQLException, IOException {
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
      for (Table table : published()) {
        published.computeIfAbsent(table, t -> new HashSet<>()).add(content(duck, file(table)));
      }
    }
  }

  /** What a reader sees who links to the file first: the same file for as long as it likes. */
  private String linked(Connection duck, Table table) throws SQLException, IOException {
    Path link = link(table);
    try {
      return content(duck, link);
    } finally {
      Files.delete(link);
    }
  }

  private Path link(Table table) throws IOException {
    Path link = folder.resolve("link.parquet");
    try {
      return Files.createLink(link, file(table));
    } catch (NoSuchFileException replacedMeanwhile) {
      // Linux finds the file and then links to it: where it was replaced in between, the old one
      // is gone (link(2), ENOENT). Asked again it links to the new one.
      return Files.createLink(link, file(table));
    }
  }

  private List<Table> published() {
    return Catalogue.ALL.stream().filter(table -> Files.exists(file(table))).toList();
  }

  private Path file(Table table) {
    return folder.resolve("warehouse/published/" + table + "/" + table + ".parquet");
  }

  /** Every value of every row, in one number. */
  private static String content(Connection duck, Path file) throws SQLException {
    try (Statement statement = duck.createStatement();
        ResultSet result =
            statement.executeQuery("select count(*), sum(hash(t)) from '" + file + "' t")) {
      result.next();
      return result.getString(1) + " rows, " + result.getString(2);
    }
  }

  /** More customers every time, and a row that is rejected. */
  private void deliver(int day) throws IOException {
    StringBuilder lines = new StringBuilder("receipt,customer,at,amount\n");
    for (int i = 0; i < 2_000; i++) {
      lines.append(
          "r%d-%d,c%d,2024-%02d-%02d,%d.25\n"
              .formatted(day, i, (i * 7 + day) % 400, 1 + i % 6, 1 + i % 28, 1 + i % 9));
    }
    lines.append("r%d-x,c1,2024-01-01,none\n".formatted(day));
    Files.writeString(folder.resolve("day" + day + ".csv"), lines);
  }

  private void run(int minute) {
    Study study =
        StudyReader.parse(
            """
            study = shop, currency = EUR, cohorts {}, publish = [customer_months]
            sources.transactions {
              format = csv, path = "%s/*.csv"
              columns { transaction_id = receipt, customer_id = customer, occurred_at = at, net_amount = amount }
            }
            """
                .formatted(folder),
            "test",
            List.of(),
            Map.of());
    Instant now = Instant.parse("2024-08-01T00:00:00Z").plusSeconds(60L * minute);
    new JobRunner(context(study, folder.resolve("warehouse"), now)).run(ALL);
  }
}
