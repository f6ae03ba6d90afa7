package dev.cohortium.world;

import dev.cohortium.config.UserFault;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Where a world is written, with file names that are the same at every writing. */
final class Folder {
  private final FileSystem files;
  private final Path root;

  private Folder(FileSystem files, Path root) {
    this.files = files;
    this.root = root;
  }

  /**
   * The folder of that name.
   *
   * @throws UserFault if anything is in it: a world never mixes with another
   */
  static Folder empty(String name, Configuration hadoop) {
    Path root = new Path(name);
    try {
      FileSystem files = root.getFileSystem(hadoop);
      if (files.exists(root)
          && (files.getFileStatus(root).isFile() || files.listStatus(root).length > 0)) {
        throw new UserFault(
            "--out " + name + " is not empty. Name a new folder, or empty it first.");
      }
      // Without the sums that Hadoop would lay beside each file.
      return new Folder(
          files instanceof ChecksumFileSystem summed ? summed.getRawFileSystem() : files, root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A folder below. */
  String below(String name) {
    return new Path(root, name).toString();
  }

  void writeText(String name, String text) {
    try (OutputStream out = files.create(new Path(root, name))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Gives the files of a table names of their own: {@code 2024-03-00001.csv.gz} is what task 1
   * wrote of {@code file=2024-03}.
   */
  void tidy(String table) {
    try {
      tidy(new Path(root, table));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tidy(Path table) throws IOException {
    for (FileStatus entry : files.listStatus(table)) {
      String name = entry.getPath().getName();
      if (entry.isDirectory() && name.contains("=")) {
        for (FileStatus part : files.listStatus(entry.getPath())) {
          move(part, table, name.substring(name.indexOf('=') + 1) + "-");
        }
        files.delete(entry.getPath(), true);
      } else {
        move(entry, table, "");
      }
    }
  }

  /** Moves what Spark wrote as part-TASK-...; everything else goes. */
  private void move(FileStatus part, Path table, String prefix) throws IOException {
    String name = part.getPath().getName();
    if (!name.startsWith("part-")) {
      files.delete(part.getPath(), true);
      return;
    }
    String task = name.substring("part-".length(), "part-00000".length());
    String format = name.replaceFirst("^part-[^.]*([.]c\\d+)?(?=[.])", "");
    Path target = new Path(table, prefix + task + format);
    if (!files.rename(part.getPath(), target)) {
      throw new IOException(part.getPath() + " cannot be renamed to " + target);
    }
  }
}
