package dev.cohortium.config;

import static dev.cohortium.config.Kind.number;
import static dev.cohortium.config.Kind.oneOf;
import static dev.cohortium.config.Kind.wholeNumber;
import static dev.cohortium.config.Kind.wordOf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.cohortium.config.Study.CohortBy;
import dev.cohortium.config.Study.Cohorts;
import dev.cohortium.config.Study.Granularity;
import dev.cohortium.config.Study.Privacy;
import dev.cohortium.config.Study.Programme;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Table;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a study once, from HOCON. Every problem is reported together, with its key, value, line and
 * what is allowed; no value of a secret is ever shown.
 *
 * <p>Defaults are those of conf/reference.conf; a section counts as configured only where the study
 * itself has it. A study is one file: it travels to a cluster alone, so it includes no other.
 */
public final class StudyReader {
  /** How a value from the command line names its origin. */
  static final String SET = "--set ";

  private static final List<String> METRICS =
      List.of(
          "net_revenue",
          "margin",
          "orders",
          "items",
          "average_receipt",
          "active_rate",
          "churned_rate");

  /** Sections that are checked and kept for jobs to come. */
  private static final List<String> AWAITED =
      List.of("look-alike", "design-control-group", "control-group", "before-after");

  private static final Kind<Integer> MONTHS = wholeNumber(1, 60);

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

  private StudyReader() {}

  /**
   * Reads the study in {@code file}.
   *
   * @param settings {@code key=value} each, later ones first; a value that begins with [, { or " is
   *     HOCON, any other is taken as it is
   * @param environment the variables that ${NAME} and ${?NAME} may name
   * @throws UserFault if there is no such study, or anything is wrong with it
   */
  public static Study read(Path file, List<String> settings, Map<String, String> environment) {
    if (!Files.exists(file)) {
      throw new UserFault("There is no study " + file + ". Name its file with --study.");
    }
    if (Files.isDirectory(file)) {
      throw new UserFault(
          file + " is a folder. Name the study's file with --study, such as conf/foodmart.conf.");
    }
    try {
      return parse(Files.readString(file), file.toString(), settings, environment);
    } catch (CharacterCodingException e) {
      throw new UserFault("Study " + file + " is not a text in UTF-8. Save it as UTF-8.", e);
    } catch (IOException e) {
      throw new UserFault("Study " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the study that {@code hocon} is.
   *
   * @param origin names the study in messages
   * @see #read
   */
  public static Study parse(
      String hocon, String origin, List<String> settings, Map<String, String> environment) {
    try {
      Config written = parsed(hocon, origin);
      if (written.isEmpty() && settings.isEmpty()) {
        throw new UserFault(
            "Study "
                + origin
                + " is empty. Write at least study, currency and sources.transactions;"
                + " conf/reference.conf describes every key.");
      }
      return study(with(settings, written), origin, environment);
    } catch (StackOverflowError e) {
      // HOCON is parsed by recursion, and no depth is refused before.
      throw new UserFault("Study " + origin + " is nested too deeply to be read.", e);
    }
  }

  private static Config parsed(String hocon, String origin) {
    try {
      return ConfigFactory.parseString(
          hocon,
          ConfigParseOptions.defaults()
              .setOriginDescription(origin)
              .setIncluder(new NoIncludes(origin)));
    } catch (ConfigException e) {
      throw new UserFault(
          "Study " + origin + " is not HOCON: " + detail(e, hocon) + ". Correct it there.");
    }
  }

  /** What the parser says, unless it may be quoting a secret; so it is no cause either. */
  private static String detail(ConfigException e, String hocon) {
    int line = e.origin() == null ? 0 : e.origin().lineNumber();
    String place = line > 0 ? "line " + line + ": " : "";
    String prefix = e.origin() == null ? "" : e.origin().description() + ": ";
    String said = e.getMessage().replace(prefix, "").replaceAll("\\s+", " ").strip();
    String near =
        hocon.lines().skip(Math.max(0, line - 2)).limit(2).reduce("", (a, b) -> a + "\n" + b);
    return place
        + (Secrets.speaksOf(said) || Secrets.speaksOf(near)
            ? "(not quoted, it may be a secret)"
            : Secrets.redactUrls(said).replaceAll("\\.$", ""));
  }

  private static Config with(List<String> settings, Config written) {
    Config config = written;
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new UserFault(
            SET
                + (Secrets.speaksOf(setting) ? "***" : setting)
                + " names no key or no value. Write --set key=value, such as --set as-of=2024-03.");
      }
      String key = setting.substring(0, equals).strip();
      config = withValue(key, setting.substring(equals + 1)).withFallback(config);
    }
    return config;
  }

  private static Config withValue(String key, String value) {
    try {
      boolean isHocon = value.startsWith("[") || value.startsWith("{") || value.startsWith("\"");
      ConfigValue parsed =
          isHocon
              ? ConfigFactory.parseString(
                      "value = " + value,
                      ConfigParseOptions.defaults()
                          .setOriginDescription(SET + key)
                          .setIncluder(new NoIncludes(SET + key)))
                  .root()
                  .get("value")
              : ConfigValueFactory.fromAnyRef(value, SET + key);
      return ConfigFactory.empty().withValue(key, parsed);
    } catch (ConfigException e) {
      throw new UserFault(
          SET + key + " is not HOCON: " + detail(e, key + "\n" + value) + ". Correct it there.");
    }
  }

  private static Study study(Config written, String origin, Map<String, String> environment) {
    Map<String, String> standIns = new LinkedHashMap<>();
    Config resolved = resolved(written, origin, environment, standIns);
    Map<String, String> texts = new LinkedHashMap<>();
    addTexts(texts, "", resolved.root());
    Problems problems = new Problems(origin, Secrets.among(texts), Set.copyOf(standIns.values()));
    standIns
        .keySet()
        .forEach(
            name ->
                problems.add(
                    "${" + name + "}",
                    "has no value; set " + name + " in the environment of this command"));
    return study(Section.root(resolved.root(), defaults(), problems), problems);
  }

  /**
   * The study with its ${NAME} and ${?NAME} replaced. A variable without a value becomes a
   * stand-in, so that whatever else is wrong is found as well.
   */
  private static Config resolved(
      Config written,
      String origin,
      Map<String, String> environment,
      Map<String, String> standIns) {
    while (true) {
      Map<String, String> values = new LinkedHashMap<>(environment);
      values.putAll(standIns);
      try {
        return written.resolve(
            ConfigResolveOptions.defaults()
                .setUseSystemEnvironment(false)
                .appendResolver(new Variables(values)));
      } catch (ConfigException.UnresolvedSubstitution e) {
        Matcher variable = VARIABLE.matcher(e.getMessage());
        if (!variable.find() || standIns.put(variable.group(1), variable.group()) != null) {
          throw new UserFault(
              "Study "
                  + origin
                  + " refers to itself in a circle: "
                  + Secrets.redactUrls(e.getMessage()));
        }
      } catch (ConfigException e) {
        throw new UserFault(
            "Study " + origin + " is not HOCON: " + detail(e, "") + ". Correct it there.");
      }
    }
  }

  private static ConfigObject defaults() {
    return ConfigFactory.parseResources(
            StudyReader.class,
            "reference.conf",
            ConfigParseOptions.defaults().setAllowMissing(false))
        .root();
  }

  private static void addTexts(Map<String, String> texts, String path, ConfigValue value) {
    switch (value.valueType()) {
      case OBJECT ->
          ((ConfigObject) value).forEach((key, below) -> addTexts(texts, path + "." + key, below));
      case LIST -> {
        ConfigList list = (ConfigList) value;
        for (int i = 0; i < list.size(); i++) {
          addTexts(texts, path + "." + i, list.get(i));
        }
      }
      case NULL -> {}
      case STRING, NUMBER, BOOLEAN -> texts.put(path, Section.text(value));
    }
  }

  private static Study study(Section root, Problems problems) {
    Optional<String> name = root.required("study", Kind.SLUG);
    ZoneId timeZone = root.value("time-zone", Kind.ZONE).orElseThrow();
    Optional<String> currency = root.required("currency", Kind.CURRENCY);
    Optional<YearMonth> asOf = root.value("as-of", Kind.MONTH);
    double maxQuarantineShare = root.value("max-quarantine-share", number(0, 1)).orElseThrow();

    Section plausible = root.section("plausible");
    LocalDate plausibleFrom = plausible.value("from", Kind.DATE).orElseThrow();
    LocalDate plausibleUntil = plausible.value("until", Kind.DATE).orElseThrow();
    if (!plausibleFrom.isBefore(plausibleUntil)) {
      plausible.refuse("until", "must lie after plausible.from, which is " + plausibleFrom);
    }

    Map<String, Programme> programmes = programmes(root.section("programmes"));
    Map<String, Source> sources =
        SourcesSection.read(root.section("sources"), timeZone, programmes.keySet());
    Map<String, String> segments = root.section("segments").values(Kind.SEGMENT, Kind.SQL);
    boolean hasCohorts = root.has("cohorts");
    Cohorts cohorts =
        cohorts(root.section("cohorts"), root.section("segments").keys(), root.section("sources"));
    Privacy privacy =
        new Privacy(
            root.section("privacy")
                .value("smallest-cell", wholeNumber(0, 1_000_000))
                .orElseThrow());
    Set<String> publish = new LinkedHashSet<>(root.list("publish", oneOf(publishable())));

    headline(root);
    lookAlike(root.section("look-alike"));
    designControlGroup(root.section("design-control-group"));
    root.section("control-group").someOf("horizons", MONTHS);
    beforeAfter(root.section("before-after"));
    root.section("rewards").value("in-net-amount", Kind.TRUE_OR_FALSE);

    root.takeAsItIs("definitions");

    root.refuseUnknown();
    problems.refuseIfAny();
    return new Study(
        name.orElseThrow(),
        timeZone,
        currency.orElseThrow(),
        asOf,
        maxQuarantineShare,
        plausibleFrom,
        plausibleUntil,
        sources,
        programmes,
        segments,
        hasCohorts ? Optional.of(cohorts) : Optional.empty(),
        privacy,
        Collections.unmodifiableSet(publish),
        AWAITED.stream().filter(root::has).toList());
  }

  private static Map<String, Programme> programmes(Section section) {
    Map<String, Programme> programmes = new LinkedHashMap<>();
    section
        .sections(Kind.PROGRAMME)
        .forEach(
            (id, programme) ->
                programmes.put(
                    id,
                    new Programme(
                        programme.value("launched", Kind.DATE),
                        programme.section("launched-by-region").values(Kind.TEXT, Kind.DATE),
                        programme.value("fixed-cost-per-month", number(0, 1e12)).orElse(0.0))));
    return Collections.unmodifiableMap(programmes);
  }

  private static Cohorts cohorts(Section section, Set<String> segments, Section sources) {
    Cohorts cohorts =
        new Cohorts(
            section.someOf("by", wordOf(CohortBy.class)),
            section.someOf("granularity", wordOf(Granularity.class)),
            section.value("inactive-months", MONTHS).orElseThrow(),
            section.list("segments", nameOf("segments", segments)));
    if (section.has("by")
        && cohorts.by().contains(CohortBy.ENROLMENT)
        && !sources.has(Enrolments.TABLE.name())) {
      section.refuse("by", "enrolment needs sources.enrolments, which the study does not have");
    }
    if (!cohorts.segments().isEmpty() && !sources.has(Customers.TABLE.name())) {
      section.refuse(
          "segments",
          "segments are made from customers and need sources.customers, which the study does not have");
    }
    return cohorts;
  }

  /** A name that the study itself declares in another section. */
  private static Kind<String> nameOf(String section, Set<String> names) {
    Kind<String> name = oneOf(names);
    return names.isEmpty()
        ? new Kind<>("a name declared under " + section + ", which has none", names, name.parse())
        : new Kind<>(
            "a name declared under " + section + " (" + String.join(", ", names) + ")",
            names,
            name.parse());
  }

  private static List<String> publishable() {
    return Catalogue.ALL.stream()
        .filter(t -> t.publication() != Table.Publication.NEVER)
        .map(Table::name)
        .toList();
  }

  private static void headline(Section root) {
    root.someOf("metrics", oneOf(METRICS));
    Section headline = root.section("headline");
    headline.value("metric", oneOf(METRICS));
    headline.value("method", Kind.IDENTIFIER);
    headline.value("horizon", MONTHS);
  }

  private static void lookAlike(Section section) {
    section.value("pre-months", MONTHS);
    section.someOf("horizons", MONTHS);
    section.list("exact", Kind.IDENTIFIER);
    section.list("covariates", Kind.IDENTIFIER);
    section.value("caliper", number(0, 10));
    section.value("ratio", wholeNumber(1, 4));
    section.value("replacement", Kind.TRUE_OR_FALSE);
    section.list("propensity-by", Kind.IDENTIFIER);
  }

  private static void designControlGroup(Section section) {
    if (section.isGiven()) {
      section.required("experiment", Kind.TEXT);
      section.required("salt", Kind.TEXT);
    }
    section.value("share", number(0.001, 0.999));
    section.list("strata", Kind.IDENTIFIER);
    section.value("power", number(0.5, 0.999));
  }

  private static void beforeAfter(Section section) {
    section.value("anticipation", wholeNumber(0, 12));
    section.value("controls", oneOf(List.of("not-yet", "never")));
    section.list("strata", Kind.IDENTIFIER);
    section.list("covariates", Kind.IDENTIFIER);
    section.someOf("horizons", MONTHS);
  }
}
