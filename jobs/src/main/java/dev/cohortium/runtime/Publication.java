package dev.cohortium.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.col;

import dev.cohortium.table.Layer;
import dev.cohortium.table.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.OptionalLong;
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

  /** The version of {@code table} that is out; empty: none, or not known. */
  static OptionalLong version(Table table, SparkSession session, String warehouse) {
    Path file = file(table, warehouse);
    Path note = note(table, warehouse);
    try {
      FileSystem files = file.getFileSystem(session.sparkContext().hadoopConfiguration());
      if (!files.exists(file) || !files.exists(note)) {
        return OptionalLong.empty();
      }
      try (InputStream in = files.open(note)) {
        String version = new String(in.readAllBytes(), UTF_8);
        return version.matches("\\d{1,18}")
            ? OptionalLong.of(Long.parseLong(version))
            : OptionalLong.empty();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look for " + file, e);
    }
  }

  /**
   * Puts {@code rows} out as the one visible file of {@code table}, in the order of its key.
   *
   * @param version of the table, noted once the file is out
   */
  static void publish(Table table, Dataset<Row> rows, long version, String warehouse) {
    Path folder = file(table, warehouse).getParent();
    Path hidden = new Path(folder, ".next");
    inKeyOrder(table, rows).write().mode(SaveMode.Overwrite).parquet(hidden.toString());
    Configuration hadoop = rows.sparkSession().sparkContext().hadoopConfiguration();
    try {
      FileSystem files = folder.getFileSystem(hadoop);
      // Until the new file is out and noted, nobody may take the note for its own.
      files.delete(note(table, warehouse), false);
      move(files, onlyFile(files, hidden), file(table, warehouse), hadoop);
      try (OutputStream out = files.create(note(table, warehouse), true)) {
        out.write(Long.toString(version).getBytes(UTF_8));
      }
      files.delete(hidden, true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot publish " + table.name() + " to " + folder, e);
    }
  }

  private static Path file(Table table, String warehouse) {
    return new Path(warehouse + "/published/" + table.name(), table.name() + ".parquet");
  }

  /** Where its version is noted: not among what BI tools see. */
  private static Path note(Table table, String warehouse) {
    return new Path(warehouse + "/" + Layer.SYSTEM.folder() + "/published", table.name());
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
