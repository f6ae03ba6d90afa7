package dev.cohortium;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The part of docs/coverage.md that one simulation writes, between its marks. */
public final class CoverageSection {
  private static final Path PAGE = Project.root().resolve("docs/coverage.md");

  private CoverageSection() {}

  /** Writes the text of a section, whose name both marks bear. */
  public static void write(String name, String text) throws IOException {
    String page = Files.readString(PAGE);
    int from = page.indexOf('\n', page.indexOf("<!-- " + name + ": ")) + 1;
    int to = page.indexOf("<!-- end of " + name + " -->");
    Files.writeString(PAGE, page.substring(0, from) + text.strip() + "\n" + page.substring(to));
  }
}
