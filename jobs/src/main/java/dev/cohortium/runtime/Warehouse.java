package dev.cohortium.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohortium.config.UserFault;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Column;
import dev.cohortium.table.Layer;
import dev.cohortium.table.Table;
import io.delta.tables.DeltaTable;
import io.delta.tables.DeltaTableBuilder;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** The Delta tables of one study: LOCATION/{clean, panel, marts, system}/TABLE. */
public final class Warehouse {
  /** How long the files of replaced rows are kept at least, as Delta does by default. */
  static final Duration RETENTION = Duration.ofDays(7);

  private final SparkSession session;
  private final String location;
  private final Set<Table> known = new HashSet<>();

  /**
   * A warehouse, there or not.
   *
   * @param location a folder, or a URI
   */
  public Warehouse(SparkSession session, String location) {
    this.session = session;
    this.location = absolute(location);
  }

  /** A relative path belongs to this machine; an absolute one to Hadoop's default file system. */
  private static String absolute(String location) {
    String whole =
        isUri(location)
            ? location
            : java.nio.file.Path.of(location).toAbsolutePath().normalize().toString();
    return whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole;
  }

  private static boolean isUri(String location) {
    return location.matches("[A-Za-z][A-Za-z0-9+.-]+:.*");
  }

  /** Whether {@code location} means one machine: relative, or file:. */
  static boolean isOfOneMachine(String location) {
    return isUri(location)
        ? location.startsWith("file:")
        : !java.nio.file.Path.of(location).isAbsolute();
  }

  /**
   * Lets the folder exist.
   *
   * @throws UserFault if it cannot be written
   */
  void open() {
    Path system = new Path(location, Layer.SYSTEM.folder());
    try {
      if (!files(system).mkdirs(system)) {
        throw new IOException("the folder cannot be made");
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UserFault(
          "The warehouse "
              + location
              + " cannot be written: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
              + ". Name another with --warehouse, or let this user write there.",
          e);
    }
  }

  /** The version of the last commit to {@code table}; -1: none. */
  long version(Table table) {
    return lastCommit(table)
        .map(commit -> Long.parseLong(commit.getName().replace(".json", "")))
        .orElse(-1L);
  }

  /** Takes back what was committed after {@code version}. */
  void restore(Table table, long version) {
    DeltaTable.forPath(session, path(table)).restoreToVersion(Math.max(version, 0));
  }

  private Optional<Path> lastCommit(Table table) {
    Path log = new Path(path(table), "_delta_log");
    try {
      FileSystem files = files(log);
      return !files.exists(log)
          ? Optional.empty()
          : Stream.of(files.listStatus(log, file -> file.getName().matches("\\d{20}\\.json")))
              .map(FileStatus::getPath)
              .max(Comparator.comparing(Path::getName));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the log of " + path(table), e);
    }
  }

  /** Where it stands: an absolute path, or a URI. */
  public String location() {
    return location;
  }

  public String path(Table table) {
    return location + "/" + table.layer().folder() + "/" + table.name();
  }

  public boolean has(Table table) {
    if (!known.contains(table) && DeltaTable.isDeltaTable(session, path(table))) {
      known.add(table);
    }
    return known.contains(table);
  }

  public Dataset<Row> read(Table table) {
    return session.read().format("delta").load(path(table));
  }

  /** Replaces all rows in one commit; readers see the old ones or the new ones. */
  public void replace(Table table, Dataset<Row> rows) {
    create(table);
    writer(table, rows)
        .mode(SaveMode.Overwrite)
        // Whatever the cluster's default is: a month that is gone is gone.
        .option("partitionOverwriteMode", "static")
        .save(path(table));
  }

  /** Replaces a small table by rows of this process. */
  void replace(Table table, List<Row> rows) {
    replace(table, rows(table, rows));
  }

  /** Rows of this process, in the contract's columns. */
  Dataset<Row> rows(Table table, List<Row> rows) {
    return session.createDataFrame(rows, Contracts.schema(table));
  }

  /** How many files hold the rows of {@code table}. */
  int files(Table table) {
    return read(table).inputFiles().length;
  }

  /** Adds rows in one commit. */
  void append(Table table, Dataset<Row> rows) {
    create(table);
    writer(table, rows).mode(SaveMode.Append).save(path(table));
  }

  /** Replaces the rows of {@code months} in one commit; the other months stay as they are. */
  void replaceMonths(Table table, Dataset<Row> rows, Set<LocalDate> months) {
    String days =
        months.stream().map(month -> "DATE'" + month + "'").collect(Collectors.joining(", "));
    create(table);
    writer(table, rows)
        .mode(SaveMode.Overwrite)
        .option("replaceWhere", table.partitionedBy().get(0) + " in (" + days + ")")
        .save(path(table));
  }

  /** Replaces the rows of one job and as-of in one commit; all others stay as they are. */
  void replaceOwn(Table table, Dataset<Row> rows, String job, LocalDate asOf) {
    create(table);
    writer(table, rows)
        .mode(SaveMode.Overwrite)
        .option("replaceWhere", own(job, asOf))
        .save(path(table));
  }

  /** The rows of one job and as-of. */
  Dataset<Row> readOwn(Table table, String job, LocalDate asOf) {
    return read(table).where(own(job, asOf));
  }

  /** Takes the rows of one job and as-of out. */
  void dropOwn(Table table, String job, LocalDate asOf) {
    DeltaTable.forPath(session, path(table)).delete(own(job, asOf));
  }

  private static String own(String job, LocalDate asOf) {
    return String.format("job = '%s' and as_of = DATE'%s'", job, asOf);
  }

  /** The rows as they were at {@code version}. */
  Dataset<Row> readAt(Table table, long version) {
    return session.read().format("delta").option("versionAsOf", version).load(path(table));
  }

  /**
   * Whether the rows of {@code version} can still be read for sure: its files are kept for {@link
   * #RETENTION} after a later commit removed them.
   */
  boolean keeps(Table table, long version, Instant now) {
    if (version(table) == version) {
      return true;
    }
    Path next = commit(table, version + 1);
    try {
      FileSystem files = files(next);
      return files.exists(next)
          && Instant.ofEpochMilli(files.getFileStatus(next).getModificationTime())
              .isAfter(now.minus(RETENTION).plus(Duration.ofHours(1)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the log of " + path(table), e);
    }
  }

  /**
   * The partitions whose rows changed after {@code version}, by their first column; the empty name
   * stands for a table without partitions. Read from the table's own log.
   *
   * @return empty: the log does not tell
   */
  Optional<Set<String>> partitionsChanged(Table table, long version) {
    Set<String> changed = new TreeSet<>();
    for (long next = version + 1; next <= version(table); next++) {
      List<JsonNode> actions = actions(table, next);
      boolean isTakingBack = actions.stream().anyMatch(Warehouse::isRestore);
      for (JsonNode action : actions) {
        if ((action.has("metaData") && !isTakingBack) || action.has("unreadable")) {
          return Optional.empty();
        }
        for (String kind : List.of("add", "remove")) {
          JsonNode file = action.path(kind);
          if (file.path("dataChange").asBoolean()) {
            changed.add(
                table.partitionedBy().isEmpty()
                    ? ""
                    : file.path("partitionValues").path(table.partitionedBy().get(0)).asText());
          }
        }
      }
    }
    return Optional.of(changed);
  }

  /** Whether a commit takes back later ones: it declares the table again, as it was. */
  private static boolean isRestore(JsonNode action) {
    return action.path("commitInfo").path("operation").asText().equals("RESTORE");
  }

  private List<JsonNode> actions(Table table, long version) {
    Path commit = commit(table, version);
    ObjectMapper json = new ObjectMapper();
    List<JsonNode> actions = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(files(commit).open(commit), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        actions.add(json.readTree(line));
      }
      return actions;
    } catch (FileNotFoundException e) {
      // Delta cleans its log behind a checkpoint.
      return List.of(json.createObjectNode().put("unreadable", true));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the log of " + path(table), e);
    }
  }

  private Path commit(Table table, long version) {
    return new Path(path(table), String.format(Locale.ROOT, "_delta_log/%020d.json", version));
  }

  private FileSystem files(Path path) throws IOException {
    return path.getFileSystem(session.sparkContext().hadoopConfiguration());
  }

  private static DataFrameWriter<Row> writer(Table table, Dataset<Row> rows) {
    return Contracts.conform(rows, table).write().format("delta");
  }

  /**
   * Lets a table with the contract's columns, comments and required columns exist. One whose
   * declaration has changed since is begun anew: its rows are computed again from what stands
   * before it; those that nobody computes again are taken over. The ledger is history and only
   * grows columns.
   */
  private void create(Table table) {
    if (!has(table)) {
      declared(DeltaTable.create(session), table).execute();
    } else if (table.layer() != Layer.SYSTEM && !isAsDeclared(table)) {
      if (table.isLasting()) {
        takeOver(table);
      } else {
        declared(DeltaTable.replace(session), table).execute();
      }
    }
  }

  private boolean isAsDeclared(Table table) {
    return read(table).schema().sameType(Contracts.schema(table))
        && (table.partitionedBy().isEmpty() || table.partitionedBy().equals(partitionedBy(table)));
  }

  /** The columns whose values are the folders of a table that is there. */
  private List<String> partitionedBy(Table table) {
    return DeltaTable.forPath(session, path(table))
        .detail()
        .select("partitionColumns")
        .collectAsList()
        .get(0)
        .getList(0);
  }

  /**
   * Lets the lasting tables that are there have the columns and folders that this version declares,
   * each in one commit.
   *
   * @throws UserFault if a required column is not there or is of another type
   */
  void takeOver() {
    Catalogue.ALL.stream()
        .filter(table -> table.isLasting() && has(table) && !isAsDeclared(table))
        .forEach(this::takeOver);
  }

  private void takeOver(Table table) {
    Dataset<Row> rows = read(table);
    List<String> there = List.of(rows.columns());
    for (Column column : table.columns()) {
      boolean isThere = there.contains(column.name());
      boolean isFit =
          isThere
              ? rows.schema().apply(column.name()).dataType().sameType(Contracts.type(column))
              : !column.isRequired();
      if (!isFit) {
        throw new UserFault(
            "Table %s of %s was written by another version of the program, and nothing computes its rows again: its column %s cannot be made of what they say.\nName another --warehouse."
                .formatted(table, location, column.name()));
      }
    }
    org.apache.spark.sql.Column[] columns =
        table.columns().stream()
            .map(
                c ->
                    (there.contains(c.name()) ? col(c.name()) : lit(null).cast(Contracts.type(c)))
                        .as(c.name()))
            .toArray(org.apache.spark.sql.Column[]::new);
    writer(table, rows.select(columns))
        .mode(SaveMode.Overwrite)
        .option("partitionOverwriteMode", "static")
        .option("overwriteSchema", true)
        .partitionBy(table.partitionedBy().toArray(String[]::new))
        .save(path(table));
  }

  private DeltaTableBuilder declared(DeltaTableBuilder builder, Table table) {
    return builder
        .location(path(table))
        .comment(table.grain())
        .addColumns(Contracts.schema(table))
        // Least and greatest values by file: no file is left out for them, as rows lie by receipt
        // or customer, and to find them costs a third of the writing.
        .property("delta.dataSkippingNumIndexedCols", "0")
        .partitionedBy(table.partitionedBy().toArray(String[]::new));
  }
}
