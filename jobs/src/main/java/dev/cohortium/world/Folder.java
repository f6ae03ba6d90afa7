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

  void delete(String name) {
    try {
      files.delete(new Path(root, name), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the files of a table names of their own: {@code 00001} is what task 1 wrote. */
  void tidy(String table) {
    try {
      Path folder = new Path(root, table);
      move(folder, folder, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Gives what was written by file, which then is gone, names of its own: {@code
   * transactions/2024-03-00001.csv.gz} is what task 1 wrote of {@code file=transactions.2024-03}.
   */
  void tidyByFile(String written, String to) {
    try {
      for (FileStatus entry : files.listStatus(new Path(root, written))) {
        String name = entry.getPath().getName();
        if (entry.isDirectory() && name.contains("=")) {
          String[] parts = name.substring(name.indexOf('=') + 1).split("[.]", 2);
          Path folder = new Path(new Path(root, to), parts[0]);
          files.mkdirs(folder);
          move(entry.getPath(), folder, parts.length == 1 ? "" : parts[1] + "-");
        }
      }
      files.delete(new Path(root, written), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Moves what Spark wrote as part-TASK-...; everything else goes. */
  private void move(Path from, Path to, String prefix) throws IOException {
    for (FileStatus part : files.listStatus(from)) {
      String name = part.getPath().getName();
      if (!name.startsWith("part-")) {
        files.delete(part.getPath(), true);
        continue;
      }
      String task = name.substring("part-".length(), "part-00000".length());
      String format =
          name.replaceFirst("^part-[^.]*([.]c\\d+)?(?=[.])", "").replaceFirst("^[.]txt", ".csv");
      Path target = new Path(to, prefix + task + format);
      if (!files.rename(part.getPath(), target)) {
        throw new IOException(part.getPath() + " cannot be renamed to " + target);
      }
    }
  }
}
