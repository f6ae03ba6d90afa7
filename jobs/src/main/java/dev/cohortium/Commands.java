package dev.cohortium;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cohortium.config.Secrets;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.runtime.Job;
import dev.cohortium.runtime.JobRunner;
import dev.cohortium.runtime.Run.Reading;
import dev.cohortium.runtime.RunContext;
import dev.cohortium.runtime.RunSummary;
import dev.cohortium.table.Customers;
import dev.cohortium.table.TablesPage;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The command line: each command reads the study, does its work and prints. Results go to out,
 * everything else to err.
 */
final class Commands {
  private static final int USER_FAULT = 2;
  private static final int BUG = 1;

  private final Map<String, String> environment;
  private final Clock clock;
  private final PrintStream out;
  private final PrintStream err;
  private Secrets secrets = Secrets.of(List.of());

  Commands(Map<String, String> environment, Clock clock, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.clock = clock;
    this.out = out;
    this.err = err;
  }

  /** The exit code of {@link Main#run}. */
  int execute(String[] arguments) {
    CommandLine program = new CommandLine(new Program());
    program.addSubcommand("run", new Run());
    for (Job job : Main.jobs()) {
      program.addSubcommand(job.name(), new RunOne(job));
      program
          .getSubcommands()
          .get(job.name())
          .getCommandSpec()
          .usageMessage()
          .description(escaped(job.sentence()));
    }
    program.addSubcommand("check", new Check());
    program.addSubcommand("jobs", new Jobs());
    program.addSubcommand("tables", new Tables());
    program.addSubcommand("show", new ShowCommand(this));
    program.addSubcommand("maintain", new UpkeepCommands.Maintain(this));
    program.addSubcommand("forget", new UpkeepCommands.Forget(this));
    program.addSubcommand("world", new WorldCommand(this));
    try {
      return program
          .setExpandAtFiles(false)
          .setCaseInsensitiveEnumValuesAllowed(true)
          .setOut(new PrintWriter(out, true, UTF_8))
          .setErr(new PrintWriter(err, true, UTF_8))
          .setParameterExceptionHandler((e, given) -> misspoken(e))
          .setExecutionExceptionHandler((e, command, parsed) -> failed(e))
          .execute(arguments);
    } catch (Error e) {
      return failed(e);
    }
  }

  /** picocli takes % for a format. */
  private static String escaped(String text) {
    return text.replace("%", "%%");
  }

  private int misspoken(CommandLine.ParameterException e) {
    // The program itself takes a command and nothing else.
    boolean isCommand =
        e.getCommandLine().getCommand() instanceof Program
            && e instanceof CommandLine.UnmatchedArgumentException unknown
            && !unknown.isUnknownOption();
    say(
        isCommand
            ? e.getMessage().replaceFirst("^.*: ", "There is no command ") + "."
            : e.getMessage() + ".");
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      say("Did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?");
    }
    say("See " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help.");
    return USER_FAULT;
  }

  private int failed(Throwable e) {
    if (e instanceof UserFault) {
      say(e.getMessage());
      return USER_FAULT;
    }
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace, true));
    say(trace.toString().stripTrailing());
    Throwable cause = rootCause(e);
    say("Failed. The cause: " + cause);
    if (String.valueOf(cause.getMessage()).contains("No space left on device")) {
      say("Free space where the warehouse is and in Spark's scratch folder (spark.local.dir, by");
      say("default the folder for temporary files), and run again.");
    }
    return BUG;
  }

  private static Throwable rootCause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** {@code text} without the study's passwords. */
  String redacted(String text) {
    return secrets.redact(text);
  }

  private void say(String text) {
    err.println(redacted(text));
  }

  /**
   * Results are told as they are: no secret enters a table, and a redacted number would be wrong.
   */
  void print(String text) {
    out.print(text);
    out.flush();
  }

  /** Version of the program, as {@code --version} prints it. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"cohortium " + Main.version()};
    }
  }

  Study study(StudyOptions options) {
    if (options.file() == null) {
      throw new UserFault(
          "No study is named. Name its file, as in --study conf/foodmart.conf; conf/reference.conf"
              + " documents every key.");
    }
    Study study = StudyReader.read(shipped(options.file()), options.settings(), environment);
    secrets = Secrets.of(study.sources().values());
    return options.asOf() == null ? study : study.withAsOf(options.asOf());
  }

  /**
   * The file, or, where a cluster's driver starts elsewhere, what spark-submit shipped under its
   * name.
   */
  static Path shipped(Path file) {
    if (Files.exists(file)) {
      return file;
    }
    Path here = file.getFileName();
    if (here != null && Files.exists(here)) {
      return here;
    }
    return Main.shippedFiles()
        .filter(shipped -> shipped.endsWith(file.getFileName()) && Files.exists(shipped))
        .findFirst()
        .orElse(file);
  }

  /** Starts Spark under signs of life. */
  SparkSession start(String what, Terminal terminal) {
    terminal.step("cohortium " + Main.version() + ": " + what + ", starting Spark");
    SparkSession session = Main.session("cohortium " + what);
    terminal.follow(session);
    return session;
  }

  Map<String, String> environment() {
    return environment;
  }

  Terminal terminal() {
    return new Terminal(err, clock, this::redacted).beating();
  }

  private int runJobs(
      Study study, List<Job> jobs, StudyOptions options, RunOptions asked, SummaryOptions printed) {
    try (Terminal terminal = terminal()) {
      SparkSession session = start("study " + study.name(), terminal);
      RunContext context =
          context(session, study, options.warehouseOf(study), terminal, asked.options());
      RunSummary summary = new JobRunner(context).run(jobs);
      terminal.step("done");
      print(printed.isJson ? Summary.json(summary) : Summary.text(summary));
    }
    return 0;
  }

  RunContext context(
      SparkSession session,
      Study study,
      String warehouse,
      Terminal terminal,
      RunContext.Options asked) {
    return new RunContext(session, study, warehouse, clock, terminal, asked, Main.version());
  }

  @Command(
      name = "cohortium",
      description = "Tells whether a loyalty programme works: cohorts and comparisons on Spark.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      synopsisSubcommandLabel = "COMMAND",
      footer = {
        "",
        "Where Spark runs (without SPARK_HOME in this process, else by its spark-submit):",
        "      --memory=4g          Memory of the driver. Default: half of the machine's.",
        "      --master, --deploy-mode, --conf, --packages, ...",
        "                           As of spark-submit.",
        "",
        "Exit codes: 0 done; 1 a bug or a broken machine; 2 the study, the data or the",
        "command line is at fault.",
        "Example: cohortium run --study conf/foodmart.conf"
      })
  private final class Program implements Callable<Integer> {
    @Override
    public Integer call() {
      say("No command is given. Name one, as in cohortium run --study conf/foodmart.conf.");
      say("See cohortium --help.");
      return USER_FAULT;
    }
  }

  /** What a run reads, and how it locks. */
  static final class RunOptions {
    @Option(
        names = "--rebuild",
        description = "Reads all files of every source anew and makes every table again.")
    private boolean isRebuild;

    @Mixin private LockOptions lock;

    private RunContext.Options options() {
      return lock.options(isRebuild ? Reading.ALL : Reading.NEW);
    }
  }

  /** How a run's summary is printed. */
  static final class SummaryOptions {
    @Option(names = "--json", description = "Prints the summary as one JSON object.")
    private boolean isJson;
  }

  @Command(
      description = "Runs every job that the study configures, in order.",
      mixinStandardHelpOptions = true)
  private final class Run implements Callable<Integer> {
    @Mixin private StudyOptions options;
    @Mixin private RunOptions asked;
    @Mixin private SummaryOptions printed;

    @Override
    public Integer call() {
      Study study = study(options);
      if (Main.jobs().stream().noneMatch(job -> job.isConfiguredIn(study))) {
        throw new UserFault(
            "Study '"
                + study.name()
                + "' configures no job. Give it sources; conf/reference.conf documents every key.");
      }
      return runJobs(study, Main.jobs(), options, asked, printed);
    }
  }

  @Command(mixinStandardHelpOptions = true)
  private final class RunOne implements Callable<Integer> {
    private final Job job;
    @Mixin private StudyOptions options;
    @Mixin private RunOptions asked;
    @Mixin private SummaryOptions printed;

    private RunOne(Job job) {
      this.job = job;
    }

    @Override
    public Integer call() {
      Study study = study(options);
      if (!job.isConfiguredIn(study)) {
        throw new UserFault(
            "Study '"
                + study.name()
                + "' does not configure "
                + job.name()
                + ": its section or a source that it needs is missing.\n"
                + "Add it to "
                + options.file()
                + "; conf/reference.conf documents every key.");
      }
      return runJobs(study, List.of(job), options, asked, printed);
    }
  }

  @Command(
      description = "Checks the study and its sources; writes nothing.",
      mixinStandardHelpOptions = true)
  private final class Check implements Callable<Integer> {
    @Mixin private StudyOptions options;

    @Override
    public Integer call() {
      Study study = study(options);
      study.refuseLateSince();
      try (Terminal terminal = terminal()) {
        SparkSession session = start("study " + study.name(), terminal);
        Expressions.checkSegments(
            study, session.createDataFrame(List.of(), Contracts.schema(Customers.TABLE)));
        terminal.step("check: reading the sources");
        IngestJob.check(session, study).forEach(line -> print(line + "\n"));
      }
      print("Study '" + study.name() + "' and its sources are valid; nothing was written.\n");
      return 0;
    }
  }

  @Command(description = "Lists the jobs in the order of a run.", mixinStandardHelpOptions = true)
  private final class Jobs implements Callable<Integer> {
    @Override
    public Integer call() {
      for (Job job : Main.jobs()) {
        print(String.format("%-10s  %s%n", job.name(), job.sentence()));
      }
      return 0;
    }
  }

  /** How the catalogue is written. */
  enum PageFormat {
    TEXT,
    MARKDOWN
  }

  @Command(
      description = "Lists the tables; as markdown with every column.",
      mixinStandardHelpOptions = true)
  private final class Tables implements Callable<Integer> {
    @Option(
        names = "--format",
        paramLabel = "text|markdown",
        defaultValue = "text",
        description = "Default: text.")
    private PageFormat format;

    @Override
    public Integer call() {
      print(
          switch (format) {
            case TEXT -> TablesPage.overview();
            case MARKDOWN -> TablesPage.markdown();
          });
      return 0;
    }
  }
}
