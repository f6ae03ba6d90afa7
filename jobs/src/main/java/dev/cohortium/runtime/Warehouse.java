package dev.cohortium.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohortium.config.UserFault;
import dev.cohortium.table.Layer;
import dev.cohortium.table.Table;
import io.delta.tables.DeltaTable;
import io.delta.tables.DeltaTableBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
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
      if (!system.getFileSystem(session.sparkContext().hadoopConfiguration()).mkdirs(system)) {
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
      FileSystem files = log.getFileSystem(session.sparkContext().hadoopConfiguration());
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

  /** Adds rows in one commit. */
  void append(Table table, Dataset<Row> rows) {
    create(table);
    writer(table, rows).mode(SaveMode.Append).save(path(table));
  }

  /**
   * Rows that the last commit to {@code table} wrote, as Delta counted them. Read from the commit
   * itself: Delta's history would start Spark jobs for one number.
   */
  long rowsLastWritten(Table table) {
    Path last = lastCommit(table).orElseThrow();
    try {
      FileSystem files = last.getFileSystem(session.sparkContext().hadoopConfiguration());
      try (BufferedReader actions =
          new BufferedReader(new InputStreamReader(files.open(last), UTF_8))) {
        ObjectMapper json = new ObjectMapper();
        for (String action = actions.readLine(); action != null; action = actions.readLine()) {
          JsonNode rows = json.readTree(action).at("/commitInfo/operationMetrics/numOutputRows");
          if (!rows.isMissingNode()) {
            return rows.asLong();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the log of " + path(table), e);
    }
    return read(table).count();
  }

  private static DataFrameWriter<Row> writer(Table table, Dataset<Row> rows) {
    return Contracts.conform(rows, table).write().format("delta");
  }

  /**
   * Lets a table with the contract's columns, comments and required columns exist. One whose
   * declaration has changed since is begun anew: its rows are computed again from what stands
   * before it. The ledger is history and only grows columns.
   */
  private void create(Table table) {
    if (has(table)) {
      if (table.layer() == Layer.SYSTEM || read(table).schema().sameType(Contracts.schema(table))) {
        return;
      }
      declared(DeltaTable.replace(session), table).execute();
    } else {
      declared(DeltaTable.create(session), table).execute();
    }
  }

  private DeltaTableBuilder declared(DeltaTableBuilder builder, Table table) {
    return builder
        .location(path(table))
        .comment(table.grain())
        .addColumns(Contracts.schema(table))
        .partitionedBy(table.partitionedBy().toArray(String[]::new));
  }
}
