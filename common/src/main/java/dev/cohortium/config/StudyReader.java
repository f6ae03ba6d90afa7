package dev.cohortium.config;

import static dev.cohortium.config.Kind.number;
import static dev.cohortium.config.Kind.oneOf;
import static dev.cohortium.config.Kind.wholeNumber;
import static dev.cohortium.config.Kind.wordOf;

import dev.cohortium.config.Study.CohortBy;
import dev.cohortium.config.Study.Cohorts;
import dev.cohortium.config.Study.Granularity;
import dev.cohortium.config.Study.Headline;
import dev.cohortium.config.Study.LookAlike;
import dev.cohortium.config.Study.Privacy;
import dev.cohortium.config.Study.Programme;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Table;
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

/**
 * Reads a study once, from HOCON. Every problem is reported together, with its key, value, line and
 * what is allowed; no value of a secret is ever shown.
 *
 * <p>Defaults are those of conf/reference.conf; a section counts as configured only where the study
 * itself has it. A study is one file: it travels to a cluster alone, so it includes no other.
 */
public final class StudyReader {
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
      List.of("design-control-group", "control-group", "before-after");

  private static final Kind<Integer> MONTHS = wholeNumber(1, 60);

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
    return parse(Document.STUDY.text(file), file.toString(), settings, environment);
  }

  /**
   * Reads the study that {@code hocon} is.
   *
   * @param origin names the study in messages
   * @see #read
   */
  public static Study parse(
      String hocon, String origin, List<String> settings, Map<String, String> environment) {
    return Hocon.read(
        new Hocon(Document.STUDY, origin), hocon, settings, environment, StudyReader::study);
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

    List<String> metrics = root.someOf("metrics", oneOf(METRICS));
    Headline headline = headline(root.section("headline"), metrics);
    boolean hasLookAlike = root.has("look-alike");
    LookAlike lookAlike =
        lookAlike(root.section("look-alike"), root.section("sources"), hasLookAlike);
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
        metrics,
        headline,
        hasCohorts ? Optional.of(cohorts) : Optional.empty(),
        hasLookAlike ? Optional.of(lookAlike) : Optional.empty(),
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

  private static Headline headline(Section section, List<String> metrics) {
    Headline headline =
        new Headline(
            section.value("metric", oneOf(METRICS)).orElseThrow(),
            section.value("method", Kind.IDENTIFIER).orElseThrow(),
            section.value("horizon", MONTHS).orElseThrow());
    if (section.has("metric") && !metrics.contains(headline.metric())) {
      section.refuse("metric", "is not among metrics, which are " + String.join(", ", metrics));
    }
    return headline;
  }

  private static LookAlike lookAlike(Section section, Section sources, boolean isAsked) {
    List<String> exact = section.list("exact", Kind.IDENTIFIER);
    LookAlike lookAlike =
        new LookAlike(
            section.value("pre-months", MONTHS).orElseThrow(),
            section.someOf("horizons", MONTHS).stream().sorted().distinct().toList(),
            exact,
            section.list("covariates", Kind.IDENTIFIER),
            section.value("caliper", number(0, 10)).orElseThrow(),
            section.value("ratio", wholeNumber(1, 4)).orElseThrow(),
            section.value("replacement", Kind.TRUE_OR_FALSE).orElseThrow(),
            section.value("order", wordOf(Study.MatchingOrder.class)).orElseThrow(),
            section.list("propensity-by", nameOf("look-alike.exact", Set.copyOf(exact))),
            section.value("candidates-per-member", wholeNumber(1, 1_000)).orElseThrow(),
            section.value("most-orders", wholeNumber(1, 8)).orElseThrow());
    if (isAsked && !sources.has(Enrolments.TABLE.name())) {
      section.refuse(
          "pre-months",
          "members are known from enrolments: look-alike needs sources.enrolments, which the study does not have");
    }
    boolean namesCustomers = !lookAlike.exact().isEmpty() || !lookAlike.covariates().isEmpty();
    if (isAsked && namesCustomers && !sources.has(Customers.TABLE.name())) {
      section.refuse(
          lookAlike.exact().isEmpty() ? "covariates" : "exact",
          "what customers are is known from customers: it needs sources.customers, which the study does not have");
    }
    return lookAlike;
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
