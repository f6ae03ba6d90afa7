package dev.cohortium.runtime;

import static org.apache.spark.sql.functions.col;

import dev.cohortium.table.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Tables for BI tools: WAREHOUSE/published/TABLE/TABLE.parquet, one plain Parquet file each. Who
 * opens it sees the old rows or the new ones, never a mixture; who has it open keeps what was
 * opened.
 */
final class Publication {
  /** Where a rename over a file is one step. Elsewhere (object stores) a put of one object is. */
  private static final Set<String> RENAMES_ATOMICALLY = Set.of("hdfs", "viewfs", "abfs", "abfss");

  private Publication() {}

  /** Whether {@code table} is published, as it stands or as it stood. */
  static boolean isThere(Table table, SparkSession session, String warehouse) {
    Path file = new Path(warehouse + "/published/" + table.name(), table.name() + ".parquet");
    try {
      return file.getFileSystem(session.sparkContext().hadoopConfiguration()).exists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look for " + file, e);
    }
  }

  /** Puts {@code rows} out as the one visible file of {@code table}, in the order of its key. */
  static void publish(Table table, Dataset<Row> rows, String warehouse) {
    Path folder = new Path(warehouse + "/published/" + table.name());
    Path hidden = new Path(folder, ".next");
    inKeyOrder(table, rows).write().mode(SaveMode.Overwrite).parquet(hidden.toString());
    Configuration hadoop = rows.sparkSession().sparkContext().hadoopConfiguration();
    try {
      FileSystem files = folder.getFileSystem(hadoop);
      move(files, onlyFile(files, hidden), new Path(folder, table.name() + ".parquet"), hadoop);
      files.delete(hidden, true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot publish " + table.name() + " to " + folder, e);
    }
  }

  private static Dataset<Row> inKeyOrder(Table table, Dataset<Row> rows) {
    Column[] order =
        (table.key().isEmpty() ? table.columnNames() : table.key())
            .stream().map(name -> col("`" + name + "`")).toArray(Column[]::new);
    return rows.coalesce(1).sortWithinPartitions(order);
  }

  private static Path onlyFile(FileSystem files, Path hidden) throws IOException {
    FileStatus[] parts = files.globStatus(new Path(hidden, "part-*.parquet"));
    if (parts == null || parts.length != 1) {
      throw new IllegalStateException(
          "expected one file in " + hidden + ", found " + (parts == null ? 0 : parts.length));
    }
    return parts[0].getPath();
  }

  private static void move(FileSystem files, Path from, Path to, Configuration hadoop)
      throws IOException {
    String scheme = files.getUri().getScheme();
    if (scheme.equals("file")) {
      // Not through Hadoop, whose local rename leaves a checksum file beside that a reader could
      // see in between.
      Files.move(
          java.nio.file.Path.of(from.toUri().getPath()),
          java.nio.file.Path.of(to.toUri().getPath()),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } else if (RENAMES_ATOMICALLY.contains(scheme)) {
      FileContext.getFileContext(files.getUri(), hadoop).rename(from, to, Options.Rename.OVERWRITE);
    } else {
      FileUtil.copy(files, from, files, to, false, true, hadoop);
    }
  }
}
