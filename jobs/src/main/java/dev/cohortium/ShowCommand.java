package dev.cohortium;

import dev.cohortium.config.Nearest;
import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Table;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = "Prints rows of a table, in the order of its key.",
    mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {
  private final Commands commands;

  @Parameters(paramLabel = "TABLE", description = "See cohortium tables.")
  private String name;

  @Mixin private StudyOptions options;

  @Option(names = "--where", paramLabel = "SQL", description = "Only rows that meet it.")
  private String condition;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "At most so many rows. Default: 20.")
  private int limit;

  @Option(
      names = "--format",
      paramLabel = "table|csv|json",
      defaultValue = "table",
      description = "Default: table.")
  private Listing.Format format;

  ShowCommand(Commands commands) {
    this.commands = commands;
  }

  @Override
  public Integer call() {
    Table table = Catalogue.find(name).orElseThrow(() -> unknown(name));
    if (limit < 0) {
      throw new UserFault("--limit is " + limit + ". Give 0 or more.");
    }
    Optional<Study> study =
        options.file() == null && options.warehouse() != null
            ? Optional.empty()
            : Optional.of(commands.study(options));
    String location = study.map(options::warehouseOf).orElse(options.warehouse());
    try (Terminal terminal = commands.terminal()) {
      SparkSession session = commands.start("table " + name, terminal);
      terminal.step("show: reading " + name);
      Warehouse warehouse = new Warehouse(session, location);
      if (!warehouse.has(table)) {
        throw new UserFault(
            "Table "
                + name
                + " is not in the warehouse "
                + location
                + " yet. Run the study first, or name its warehouse with --warehouse.");
      }
      // One more than is shown tells whether there are more.
      int asked = Math.min(limit, Integer.MAX_VALUE - 1) + 1;
      Listing listing =
          Listing.of(table, matching(warehouse.read(table)), asked, commands::redacted);
      commands.print(listing.first(limit).as(format));
      if (listing.rows().size() > limit) {
        terminal.note("there are more rows than --limit " + limit);
      }
    }
    return 0;
  }

  private Dataset<Row> matching(Dataset<Row> rows) {
    if (condition == null) {
      return rows;
    }
    try {
      return rows.where(condition);
    } catch (Exception e) {
      // Thrown undeclared by Scala, hence no narrower catch.
      if (e instanceof AnalysisException wrong) {
        throw new UserFault(
            "--where '" + condition + "' is not a condition on " + name + ": " + first(wrong), e);
      }
      throw e;
    }
  }

  /** The first sentence of what Spark says. */
  private String first(AnalysisException wrong) {
    return wrong.getMessage().strip().lines().findFirst().orElse("");
  }

  private static UserFault unknown(String name) {
    return new UserFault(
        "There is no table "
            + name
            + "."
            + Nearest.to(name, Catalogue.ALL.stream().map(Table::name).toList())
                .map(near -> " Did you mean " + near + "?")
                .orElse("")
            + " See cohortium tables.");
  }
}
