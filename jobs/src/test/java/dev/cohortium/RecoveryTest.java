package dev.cohortium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Layer;
import dev.cohortium.table.Runs;
import dev.cohortium.table.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in processes of their own, which are killed. */
class RecoveryTest extends SparkTest {
  private static final int LEAST_KILLS = 30;

  /** So often is looked for a commit; a constant stare would take the victim's processor. */
  private static final int GLANCE_MILLIS = 3;

  private static final Set<String> ALL =
      Catalogue.ALL.stream().map(Table::name).collect(Collectors.toSet());

  @TempDir private Path folder;
  private int kills;

  /** The program, in a process that can be killed. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) {
      System.exit(Main.run(arguments, Map.of(), Clock.systemUTC(), System.out, System.err));
    }
  }

  @Test
  void after_a_kill_the_next_run_ends_as_an_undisturbed_one() throws Exception {
    deliver("january", 1, 60);
    deliver("february", 2, 60);
    assertThat(end(start("undisturbed"))).isZero();

    killAtEachCommit(Set.of("customer_months"));

    assertSameTables();
    assertThat(kills).isEqualTo(1);
    assertKillsAreTold();
  }

  /** As long as it takes to start a process so many times: mvn verify -Dleft.out= */
  @Test
  @Tag("slow")
  void after_kills_at_each_commit_and_at_random_moments_the_next_run_ends_as_an_undisturbed_one()
      throws Exception {
    deliver("january", 1, 60);
    deliver("february", 2, 60);
    assertThat(end(start("undisturbed"))).isZero();
    killAtEachCommit(ALL);
    assertThat(end(start("killed"))).isZero();
    assertSameTables();

    deliver("march", 3, 40);
    deliver("january again", 1, 30);
    killAtEachCommit(ALL);
    killAtRandomMoments(Math.max(4, LEAST_KILLS - kills));
    assertThat(end(start("killed"))).isZero();
    assertThat(end(start("undisturbed"))).isZero();

    assertSameTables();
    assertThat(kills).isGreaterThanOrEqualTo(LEAST_KILLS);
    assertKillsAreTold();
  }

  @Test
  void a_second_process_is_refused_by_the_first() throws Exception {
    deliver("january", 1, 60);
    deliver("february", 2, 60);
    Process first = start("killed");
    Path lock = folder.resolve("killed/system/lock");
    boolean isHeld = false;
    while (!isHeld && !first.waitFor(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
      isHeld = isHeldBy(first, lock);
    }
    Process second = start("killed", "second.log");
    assertThat(end(second)).isEqualTo(2);
    assertThat(Files.readString(folder.resolve("second.log")))
        .contains("Another run is writing to this warehouse", "process " + first.pid())
        .doesNotContain("\tat ");
    assertThat(end(first)).isZero();
  }

  private static boolean isHeldBy(Process process, Path lock) throws IOException {
    return Files.exists(lock) && Files.readString(lock).contains("\"process\":" + process.pid());
  }

  private void assertKillsAreTold() {
    assertThat(read("killed", Runs.TABLE).where("status = 'interrupted'").count()).isPositive();
    assertThat(read("killed", Runs.TABLE).where("status = 'started'").count()).isZero();
  }

  /**
   * Kills one process after the other, each at the first new commit to one of {@code tables} that
   * has been spared so far, until one ends by itself.
   */
  private void killAtEachCommit(Set<String> tables) throws Exception {
    Set<String> spared = new HashSet<>(tables);
    while (true) {
      Set<Path> before = commits();
      Process victim = start("killed");
      Optional<String> table = Optional.empty();
      while (table.isEmpty()
          && !spared.isEmpty()
          && !victim.waitFor(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
        Set<Path> now = commits();
        now.removeAll(before);
        table =
            now.stream()
                .map(commit -> commit.getParent().getParent().getFileName().toString())
                .filter(spared::contains)
                .findFirst();
      }
      if (table.isEmpty()) {
        assertThat(end(victim)).isZero();
        return;
      }
      kill(victim);
      spared.remove(table.get());
    }
  }

  /** Of processes that have something to do: when one has done it, more is delivered. */
  private void killAtRandomMoments(int times) throws Exception {
    Random random = new Random(2024);
    int aimed = kills + times;
    int delivered = 0;
    deliver("more", 4, 10);
    while (kills < aimed) {
      Process victim = start("killed");
      if (victim.waitFor(4_000 + random.nextInt(8_000), TimeUnit.MILLISECONDS)) {
        assertThat(end(victim)).isZero();
        deliver("even more " + ++delivered, 1 + delivered % 12, 10 + delivered);
      } else {
        kill(victim);
      }
    }
  }

  private Set<Path> commits() throws IOException {
    Path warehouse = folder.resolve("killed");
    if (!Files.exists(warehouse)) {
      return new HashSet<>();
    }
    try (Stream<Path> files = Files.walk(warehouse, 4)) {
      return files
          .filter(file -> file.toString().matches(".*_delta_log/\\d{20}\\.json"))
          .collect(Collectors.toCollection(HashSet::new));
    } catch (UncheckedIOException | NoSuchFileException e) {
      // Something was moved while it was looked at.
      return new HashSet<>();
    }
  }

  // --- processes ---

  private Process start(String warehouse) throws IOException {
    return start(warehouse, warehouse + ".log");
  }

  private Process start(String warehouse, String log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(opens());
    command.addAll(
        List.of(
            "-Xmx1g",
            "-XX:TieredStopAtLevel=1",
            "-Dspark.master=local[2]",
            // Plans of a few rows take longer to compile than to run.
            "-Dspark.sql.codegen.wholeStage=false",
            "-Dspark.sql.codegen.factoryMode=NO_CODEGEN",
            "-Dspark.sql.adaptive.enabled=false",
            "-Dspark.sql.shuffle.partitions=1",
            "-Dspark.databricks.delta.snapshotPartitions=1",
            "-Duser.timezone=UTC",
            "-cp",
            System.getProperty("java.class.path"),
            Victim.class.getName(),
            "run",
            "--study",
            study().toString(),
            "--warehouse",
            folder.resolve(warehouse).toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(log).toFile())
        .start();
  }

  private static List<String> opens() {
    return java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            argument -> argument.startsWith("--add-opens") || argument.startsWith("-XX:+Ignore"))
        .toList();
  }

  private int end(Process process) throws Exception {
    assertThat(process.waitFor(15, TimeUnit.MINUTES)).isTrue();
    if (process.exitValue() == 1) {
      for (String log : List.of("killed.log", "undisturbed.log")) {
        if (Files.exists(folder.resolve(log))) {
          System.err.println(Files.readString(folder.resolve(log), UTF_8));
        }
      }
    }
    return process.exitValue();
  }

  private void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    kills++;
  }

  // --- data ---

  private Path study() throws IOException {
    Path study = folder.resolve("study.conf");
    if (!Files.exists(study)) {
      Files.writeString(
          study,
          """
          study = shop, currency = EUR, max-quarantine-share = 0.5, publish = [customer_months]
          programmes.club {}
          sources {
            transactions {
              format = csv, path = "%1$s/receipts/*.csv", delivery = file
              columns { transaction_id = receipt, customer_id = customer, occurred_at = at, net_amount = amount }
            }
            enrolments { format = csv, path = "%1$s/members/*.csv", columns { customer_id = customer, enrolled_at = at } }
          }
          cohorts { by = [first_purchase, enrolment] }
          """
              .formatted(folder));
    }
    return study;
  }

  /** A delivery of a month's receipts, one of them broken, and of a member. */
  private void deliver(String name, int month, int receipts) throws IOException {
    StringBuilder lines = new StringBuilder("receipt,customer,at,amount\n");
    for (int i = 0; i < receipts; i++) {
      lines.append(
          "r%d-%d,c%d,2024-%02d-%02d,%d.50\n"
              .formatted(month, i, i % 17, month, 1 + i % 28, name.length() + i % 7));
    }
    lines.append("r%d-x,c1,2024-%02d-01,%s\n".formatted(month, month, name));
    write("receipts/" + name + ".csv", lines.toString());
    write("members/" + name + ".csv", "customer,at\nc%d,2024-%02d-05\n".formatted(month, month));
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
    // Later names are later deliveries.
    Instant at = Instant.parse("2024-04-01T00:00:00Z").plusSeconds(text.length());
    Files.setLastModifiedTime(path, FileTime.from(at));
  }

  private org.apache.spark.sql.Dataset<org.apache.spark.sql.Row> read(
      String warehouse, Table table) {
    return new Warehouse(spark(), folder.resolve(warehouse).toString()).read(table);
  }

  private void assertSameTables() {
    for (Table table : Catalogue.ALL) {
      boolean isThere = new Warehouse(spark(), folder.resolve("undisturbed").toString()).has(table);
      if (table.layer() == Layer.SYSTEM || !isThere) {
        continue;
      }
      List<String> expected = content(read("undisturbed", table));
      assertThat(content(read("killed", table))).as(table.name()).isEqualTo(expected).isNotEmpty();
      Path published = folder.resolve("killed/published/" + table + "/" + table + ".parquet");
      if (Files.exists(folder.resolve("undisturbed/published/" + table))) {
        assertThat(content(spark().read().parquet(published.toString())))
            .as("published " + table)
            .isEqualTo(expected);
      }
    }
  }

  private static List<String> content(org.apache.spark.sql.Dataset<org.apache.spark.sql.Row> rows) {
    return shown(rows.drop("run_id", "delivery"));
  }
}
