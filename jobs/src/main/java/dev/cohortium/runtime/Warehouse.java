package dev.cohortium.runtime;

import dev.cohortium.table.Layer;
import dev.cohortium.table.Table;
import io.delta.tables.DeltaTable;
import io.delta.tables.DeltaTableBuilder;
import java.net.URI;
import java.nio.file.Path;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** The Delta tables of one study: LOCATION/{clean, panel, marts, system}/TABLE. */
public final class Warehouse {
  private final SparkSession session;
  private final String location;

  /**
   * A warehouse, there or not.
   *
   * @param location a folder of this machine, or a URI
   */
  public Warehouse(SparkSession session, String location) {
    this.session = session;
    this.location = absolute(location);
  }

  private static String absolute(String location) {
    boolean isUri = location.matches("[A-Za-z][A-Za-z0-9+.-]+:.*");
    String whole =
        !isUri
            ? Path.of(location).toAbsolutePath().normalize().toString()
            : location.startsWith("file:")
                ? Path.of(URI.create(location).getPath()).toString()
                : location;
    return whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole;
  }

  /** Where it stands: an absolute path of this machine, or a URI. */
  public String location() {
    return location;
  }

  public String path(Table table) {
    return location + "/" + table.layer().folder() + "/" + table.name();
  }

  public boolean has(Table table) {
    return DeltaTable.isDeltaTable(session, path(table));
  }

  public Dataset<Row> read(Table table) {
    return session.read().format("delta").load(path(table));
  }

  /** Replaces all rows in one commit; readers see the old ones or the new ones. */
  public void replace(Table table, Dataset<Row> rows) {
    create(table);
    writer(table, rows).mode(SaveMode.Overwrite).save(path(table));
  }

  /** Adds rows in one commit. */
  void append(Table table, Dataset<Row> rows) {
    create(table);
    writer(table, rows).mode(SaveMode.Append).save(path(table));
  }

  /** Rows that the last commit to {@code table} wrote, as Delta counted them. */
  long rowsLastWritten(Table table) {
    Row last =
        DeltaTable.forPath(session, path(table)).history(1).select("operationMetrics").head();
    Object rows = last.getJavaMap(0).get("numOutputRows");
    return rows == null ? 0 : Long.parseLong(rows.toString());
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
