package dev.cohortium.table;

import java.util.ArrayList;
import java.util.List;

/** Shows the catalogue to people: as a Markdown page, docs/tables.md, and as a short list. */
public final class TablesPage {
  /** The command that makes docs/tables.md. */
  public static final String COMMAND = "bin/cohortium tables --format markdown > docs/tables.md";

  private TablesPage() {}

  /** The whole catalogue in Markdown; ends with a line break. */
  public static String markdown() {
    List<String> lines = new ArrayList<>();
    lines.add("# The tables");
    lines.add("");
    lines.add("Generated from the declarations in `dev.cohortium.table` by");
    lines.add("`" + COMMAND + "`; do not edit.");
    lines.add("");
    lines.add("Data moves from left to right: **clean** tables hold what the sources delivered,");
    lines.add("the **panel** sums it up by customer and month, **marts** are for BI tools, and");
    lines.add(
        "**system** is the ledger of runs. Each is a Delta table at `WAREHOUSE/LAYER/TABLE`.");
    lines.add("What is published is also one Parquet file,");
    lines.add(
        "`WAREHOUSE/published/TABLE/TABLE.parquet`, replaced whole: read that, never the Delta");
    lines.add("folder as Parquet.");
    lines.add("");
    lines.add(
        "Times are instants (UTC). Rates lie between 0 and 1. Money is in the study's currency.");
    lines.add(
        "A row of a mart that counts fewer customers than `privacy.smallest-cell` keeps its keys");
    lines.add(
        "only: its measures are null and `suppressed` is true. A column marked _personal_ can");
    lines.add("tell a person.");
    lines.add("");
    lines.add("| table | layer | one row is |");
    lines.add("|---|---|---|");
    for (Table table : Catalogue.ALL) {
      String link = "[" + table.name() + "](#" + table.name() + ")";
      lines.add(row(link, table.layer().folder(), table.grain()));
    }
    for (Layer layer : Layer.values()) {
      lines.add("");
      lines.add("## " + layer.folder());
      Catalogue.in(layer).forEach(table -> addTable(lines, table));
    }
    return String.join("\n", lines) + "\n";
  }

  /** One line for each table: its name, its layer and what a row is, aligned. */
  public static String overview() {
    int width = Catalogue.ALL.stream().mapToInt(t -> t.name().length()).max().orElse(0);
    StringBuilder lines = new StringBuilder();
    for (Table table : Catalogue.ALL) {
      lines.append(
          String.format(
              "%-" + width + "s  %-6s  %s\n", table.name(), table.layer().folder(), table.grain()));
    }
    return lines.toString();
  }

  private static void addTable(List<String> lines, Table table) {
    lines.add("");
    lines.add("### " + table.name());
    lines.add("");
    lines.add(table.grain());
    lines.add("");
    lines.add("- Key: " + (table.key().isEmpty() ? "none" : codes(table.key())));
    if (!table.partitionedBy().isEmpty()) {
      lines.add("- Partitioned by: " + codes(table.partitionedBy()));
    }
    lines.add("- Published: " + published(table));
    table.rules().forEach(rule -> lines.add("- Refused where " + rule.sentence()));
    lines.add("");
    lines.add("| column | type | required | meaning |");
    lines.add("|---|---|---|---|");
    for (Column column : table.columns()) {
      lines.add(
          row(
              "`" + column.name() + "`",
              "`" + column.type().sql() + "`",
              column.isRequired() ? "yes" : "",
              meaning(column)));
    }
  }

  private static String published(Table table) {
    String file = "`published/" + table.name() + "/" + table.name() + ".parquet`";
    return switch (table.publication()) {
      case ALWAYS -> file;
      case ON_REQUEST -> file + ", where the study's `publish` names it";
      case NEVER -> "no";
    };
  }

  private static String meaning(Column column) {
    String mark = column.privacy() == Column.Privacy.PERSONAL ? "_personal_ " : "";
    String allowed = column.allowed().isEmpty() ? "" : " One of " + codes(column.allowed()) + ".";
    return mark + column.sentence() + allowed;
  }

  private static String codes(List<String> names) {
    return "`" + String.join("`, `", names) + "`";
  }

  private static String row(String... cells) {
    List<String> escaped = new ArrayList<>();
    for (String cell : cells) {
      escaped.add(cell.replace("|", "\\|"));
    }
    return "| " + String.join(" | ", escaped) + " |";
  }
}
