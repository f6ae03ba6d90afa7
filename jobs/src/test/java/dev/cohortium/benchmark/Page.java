package dev.cohortium.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The figures of all sizes so far as a table of docs/benchmarks.md, between its two marks. */
public final class Page {
  private static final String END = "<!-- end of figures -->";

  private final String command;
  private final String unit;
  private final Path notes;

  /**
   * Figures of one command are noted in {@code notes}, one a line, by JVMs one after another.
   *
   * @param command whose table it is
   * @param unit of its sizes
   */
  public Page(String command, String unit, Path notes) {
    this.command = command;
    this.unit = unit;
    this.notes = notes;
  }

  /** Adds a size and writes the table anew. */
  public void add(Figures figures, Path page, String header) throws IOException {
    StringBuilder lines = new StringBuilder();
    figures
        .measures()
        .forEach((name, value) -> lines.append(figures.size() + "\t" + name + "\t" + value + "\n"));
    Files.writeString(notes, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    String text = Files.readString(page);
    String begin = "<!-- figures: written by " + command + " -->\n";
    Matcher figuresOfPage =
        Pattern.compile(Pattern.quote(begin) + ".*?" + Pattern.quote(END), Pattern.DOTALL)
            .matcher(text);
    String table = begin + header + "\n\n" + table() + END;
    Files.writeString(page, figuresOfPage.replaceFirst(Matcher.quoteReplacement(table)));
  }

  private String table() throws IOException {
    Map<String, Map<Long, Double>> rows = new LinkedHashMap<>();
    NavigableSet<Long> sizes = new TreeSet<>();
    for (String note : Files.readAllLines(notes)) {
      String[] cells = note.split("\t", -1);
      long size = Long.parseLong(cells[0]);
      sizes.add(size);
      rows.computeIfAbsent(cells[1], name -> new TreeMap<>())
          .put(size, Double.parseDouble(cells[2]));
    }
    List<String> header = new ArrayList<>(List.of("measure"));
    sizes.forEach(size -> header.add(number(size / 1e6) + " M " + unit));
    header.add("growth per doubling");
    StringBuilder table = new StringBuilder(line(header));
    table.append(line(header.stream().map(name -> "---").toList()));
    rows.forEach((name, values) -> table.append(line(cells(name, sizes, values))));
    return table.toString();
  }

  private static List<String> cells(
      String name, NavigableSet<Long> sizes, Map<Long, Double> values) {
    List<String> cells = new ArrayList<>(List.of(name));
    for (long size : sizes) {
      Double value = values.get(size);
      cells.add(value == null ? "" : number(value));
    }
    cells.add(name.endsWith(" s") ? growth(sizes, values) : "");
    return cells;
  }

  /** The factor by which twice the size takes longer, between the two greatest sizes. */
  private static String growth(NavigableSet<Long> sizes, Map<Long, Double> values) {
    Long below = sizes.lower(sizes.last());
    if (below == null || !values.containsKey(below) || !values.containsKey(sizes.last())) {
      return "";
    }
    double doublings = Math.log((double) sizes.last() / below) / Math.log(2);
    return number(Math.pow(values.get(sizes.last()) / values.get(below), 1 / doublings));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value)
        .replaceFirst("\\.00$", "");
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
