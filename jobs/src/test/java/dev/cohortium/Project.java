package dev.cohortium;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Where the project stands, and the reference data beside it. */
public final class Project {
  private Project() {}

  /** The project's root folder. */
  public static Path root() {
    return Path.of(System.getProperty("project.root", "..")).toAbsolutePath().normalize();
  }

  /**
   * A file of the reference data, which stand beside the project and not in it; without them the
   * test is skipped with a message.
   */
  public static Path reference(String file) {
    Path path = root().resolveSibling("shared").resolve("reference").resolve(file);
    Assumptions.assumeTrue(
        Files.exists(path),
        "skipped: the reference data are not beside the project (" + path + ")");
    return path;
  }
}
