package dev.cohortium;

import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Erasure;
import dev.cohortium.runtime.Maintenance;
import dev.cohortium.runtime.Run.Reading;
import dev.cohortium.runtime.RunContext;
import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.Runs;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands that keep a warehouse in order, outside of runs. */
final class UpkeepCommands {
  private UpkeepCommands() {}

  @Command(
      description =
          "Keeps the warehouse small: compacts tables, deletes files that no version of the last 7 days needs, drops old runs from the ledger.",
      mixinStandardHelpOptions = true)
  static final class Maintain implements Callable<Integer> {
    private final Commands commands;
    @Mixin private StudyOptions options;
    @Mixin private LockOptions lock;

    @Option(
        names = "--keep-runs",
        paramLabel = "DAYS",
        defaultValue = "400",
        description = "Drops runs that began longer ago from the ledger. Default: 400.")
    private int days;

    Maintain(Commands commands) {
      this.commands = commands;
    }

    @Override
    public Integer call() {
      if (days < 1) {
        throw new UserFault("--keep-runs is " + days + ". Give 1 day or more.");
      }
      return work(
          commands, options, lock, context -> new Maintenance(context).run(Duration.ofDays(days)));
    }
  }

  @Command(
      description =
          "Erases a customer from the clean tables, quarantine and the panel, and leaves it out of what is delivered from then on.",
      mixinStandardHelpOptions = true)
  static final class Forget implements Callable<Integer> {
    private final Commands commands;
    @Mixin private StudyOptions options;
    @Mixin private LockOptions lock;

    @Option(
        names = "--customer",
        paramLabel = "ID",
        required = true,
        description = "The customer_id of the clean tables.")
    private String customer;

    Forget(Commands commands) {
      this.commands = commands;
    }

    @Override
    public Integer call() {
      if (customer.isBlank()) {
        throw new UserFault("--customer is empty. Give the customer_id of the clean tables.");
      }
      return work(commands, options, lock, context -> new Erasure(context).run(customer));
    }
  }

  /** Works on a warehouse that is there, outside a run, and prints what it says. */
  private static int work(
      Commands commands,
      StudyOptions options,
      LockOptions lock,
      Function<RunContext, List<String>> work) {
    Study study = commands.study(options);
    try (Terminal terminal = commands.terminal()) {
      SparkSession session = commands.start("study " + study.name(), terminal);
      String warehouse = existing(session, study, options);
      work.apply(commands.context(session, study, warehouse, terminal, lock.options(Reading.NEW)))
          .forEach(line -> commands.print(line + "\n"));
    }
    return 0;
  }

  /** Where the study's tables are; refused where there are none, rather than made. */
  private static String existing(SparkSession session, Study study, StudyOptions options) {
    String location = options.warehouseOf(study);
    if (!new Warehouse(session, location).has(Runs.TABLE)) {
      throw new UserFault(
          "There is no warehouse "
              + location
              + " yet. Run the study first, or name its warehouse with --warehouse.");
    }
    return location;
  }
}
