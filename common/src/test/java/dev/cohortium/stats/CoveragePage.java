package dev.cohortium.stats;

import dev.cohortium.stats.Cell.Claim;
import dev.cohortium.stats.Cell.Cost;
import dev.cohortium.stats.Cell.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** docs/coverage.md: what the simulations measured, between two marks. */
final class CoveragePage {
  static final Path PATH = Path.of(System.getProperty("project.root", ".."), "docs/coverage.md");

  private static final String BEGIN = "<!-- measured: written by mvn verify -Psimulations -->\n";
  private static final String END = "<!-- end of measured -->";

  private CoveragePage() {}

  /** The beginning of a cell's row. */
  static String row(Cell cell) {
    return "| " + cell.estimator() + " | " + cell.sample() + " | ";
  }

  static void write(List<Outcome> outcomes, long seconds) throws IOException {
    String text = Files.readString(PATH);
    Matcher measured =
        Pattern.compile(Pattern.quote(BEGIN) + ".*" + Pattern.quote(END), Pattern.DOTALL)
            .matcher(text);
    String table = BEGIN + header(outcomes, seconds) + table(outcomes) + END;
    Files.writeString(PATH, measured.replaceFirst(Matcher.quoteReplacement(table)));
  }

  private static String header(List<Outcome> outcomes, long seconds) {
    long left = outcomes.stream().filter(o -> !o.passes()).count();
    long expected = outcomes.stream().filter(o -> o.passes() && !o.deviations().isEmpty()).count();
    return String.format(
        Locale.ROOT,
        "`mvn verify -Psimulations`, Java %s, one thread, %,d s: %d cells, %d outside as theory says,"
            + " %d defects.%nBands of 95 %% at level .001/%d: %s.%n%n",
        System.getProperty("java.version"),
        seconds,
        outcomes.size(),
        expected,
        left,
        outcomes.size(),
        Arrays.stream(Cost.values())
            .map(cost -> band(outcomes, cost))
            .collect(Collectors.joining("; ")));
  }

  private static String band(List<Outcome> outcomes, Cost cost) {
    Band band = Band.of(cost.replicates, 0.95, Cells.level(outcomes.size()));
    return String.format(
        Locale.ROOT,
        "%,d replicates %.2f to %.2f %% (false alarms %.2f to %.2f %%)",
        cost.replicates,
        percent(band.least(), cost.replicates),
        percent(band.most(), cost.replicates),
        100 - percent(band.most(), cost.replicates),
        100 - percent(band.least(), cost.replicates));
  }

  private static String table(List<Outcome> outcomes) {
    StringBuilder table =
        new StringBuilder(
            "| estimator | sample | truth | bias | covers, % | false alarms, % | finds, % | skewness"
                + " warned of, % | |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    outcomes.forEach(outcome -> table.append(row(outcome)));
    return table.toString();
  }

  static String row(Outcome outcome) {
    Cell cell = outcome.cell();
    Simulation found = outcome.found();
    boolean limits = cell.claim() != Claim.TEST;
    boolean level = cell.claim() != Claim.LIMITS;
    return row(cell)
        + String.join(
            " | ",
            number(cell.planted()),
            limits && found.errors().count() > 0
                ? number(found.bias().value()) + " ± " + number(found.bias().stdError())
                : "",
            limits ? share(found.covered(), found) : "",
            level ? share(outcome.nothing().rejected(), outcome.nothing()) : "",
            level ? share(found.rejected(), found) : "",
            found.warned() == 0 ? "" : share(found.warned(), found),
            verdict(outcome))
        + " |\n";
  }

  private static String verdict(Outcome outcome) {
    if (!outcome.passes()) {
      return "**defect**: " + outcome.deviations();
    }
    return outcome.deviations().isEmpty()
        ? "passes"
        : outcome.deviations().stream()
            .map(deviation -> outcome.reason(deviation).orElseThrow())
            .distinct()
            .collect(Collectors.joining("; ", "expected: ", ""));
  }

  private static String share(int count, Simulation of) {
    return String.format(Locale.ROOT, "%.1f", percent(count, of.replicates()));
  }

  private static double percent(int count, int of) {
    return 100.0 * count / of;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
