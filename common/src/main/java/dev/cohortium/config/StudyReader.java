package dev.cohortium.config;

import static dev.cohortium.config.Kind.number;
import static dev.cohortium.config.Kind.oneOf;
import static dev.cohortium.config.Kind.wholeNumber;
import static dev.cohortium.config.Kind.wordOf;

import dev.cohortium.config.Study.BeforeAfter;
import dev.cohortium.config.Study.CohortBy;
import dev.cohortium.config.Study.Cohorts;
import dev.cohortium.config.Study.ControlGroup;
import dev.cohortium.config.Study.DesignControlGroup;
import dev.cohortium.config.Study.Experiment;
import dev.cohortium.config.Study.Granularity;
import dev.cohortium.config.Study.Headline;
import dev.cohortium.config.Study.LookAlike;
import dev.cohortium.config.Study.Privacy;
import dev.cohortium.config.Study.Programme;
import dev.cohortium.stats.StaggeredDesign.Controls;
import dev.cohortium.table.Assignments;
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

  private static final String CONTROL = "control";

  private static final Kind<Integer> MONTHS = wholeNumber(1, 60);
  private static final Kind<Double> SHARE = number(0.001, 0.999);
  private static final Kind<Double> WEIGHT = number(0.000001, 1e12);

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
    boolean hasDesign = root.has("design-control-group");
    Set<String> named = root.section("segments").keys();
    boolean hasCustomers = root.section("sources").has(Customers.TABLE.name());
    Optional<DesignControlGroup> design =
        designControlGroup(root.section("design-control-group"), named, hasCustomers);
    boolean hasControlGroup = root.has("control-group");
    ControlGroup controlGroup =
        controlGroup(root.section("control-group"), named, programmes.keySet(), hasCustomers);
    if (hasControlGroup && !hasDesign && !root.section("sources").has(Assignments.TABLE.name())) {
      root.refuse(
          "control-group",
          "measures experiments, which come from sources.assignments or from design-control-group; the study has neither");
    }
    boolean hasBeforeAfter = root.has("before-after");
    BeforeAfter beforeAfter =
        beforeAfter(root.section("before-after"), root.section("sources"), named, hasBeforeAfter);
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
        hasDesign ? design : Optional.empty(),
        hasControlGroup ? Optional.of(controlGroup) : Optional.empty(),
        hasBeforeAfter ? Optional.of(beforeAfter) : Optional.empty(),
        privacy,
        Collections.unmodifiableSet(publish));
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
            section.value("most-orders", wholeNumber(0, 8)).orElseThrow());
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

  private static Optional<DesignControlGroup> designControlGroup(
      Section section, Set<String> segments, boolean hasCustomers) {
    Optional<String> experiment = said(section, "experiment");
    Optional<String> salt = said(section, "salt");
    double share = section.value("share", SHARE).orElseThrow();
    Map<String, Double> shares = section.section("shares").values(Kind.TEXT, SHARE);
    List<String> strata = section.list("strata", nameOf("segments", segments));
    double power = section.value("power", number(0.5, 0.999)).orElseThrow();
    double effect = section.value("effect", number(0.0001, 10)).orElseThrow();
    refuseWithoutCustomers(section, "strata", strata, hasCustomers);
    if (!shares.isEmpty() && strata.isEmpty()) {
      section.refuse("shares", "are those of strata, and design-control-group.strata names none");
    }
    return experiment.flatMap(
        name ->
            salt.map(s -> new DesignControlGroup(name, s, share, shares, strata, power, effect)));
  }

  /** What a section that the study has must say. */
  private static Optional<String> said(Section section, String key) {
    return section.isGiven() ? section.required(key, Kind.TEXT) : section.value(key, Kind.TEXT);
  }

  private static ControlGroup controlGroup(
      Section section, Set<String> segments, Set<String> programmes, boolean hasCustomers) {
    Map<String, Experiment> experiments = new LinkedHashMap<>();
    section
        .section("experiments")
        .sections(Kind.TEXT)
        .forEach((id, experiment) -> experiments.put(id, experiment(experiment, programmes)));
    ControlGroup controlGroup =
        new ControlGroup(
            section.someOf("horizons", wholeNumber(1, 24)).stream().sorted().distinct().toList(),
            section.list("segments", nameOf("segments", segments)),
            Collections.unmodifiableMap(experiments));
    refuseWithoutCustomers(section, "segments", controlGroup.segments(), hasCustomers);
    return controlGroup;
  }

  private static void refuseWithoutCustomers(
      Section section, String key, List<String> segments, boolean hasCustomers) {
    if (!segments.isEmpty() && !hasCustomers) {
      section.refuse(
          key,
          "segments are made from customers and need sources.customers, which the study does not have");
    }
  }

  private static Experiment experiment(Section section, Set<String> programmes) {
    Map<String, Map<String, Double>> strata = new LinkedHashMap<>();
    section
        .section("strata")
        .sections(Kind.TEXT)
        .forEach((stratum, shares) -> strata.put(stratum, shares.values(Kind.TEXT, WEIGHT)));
    Experiment experiment =
        new Experiment(
            section.value("program", nameOf("programmes", programmes)),
            section.section("shares").values(Kind.TEXT, WEIGHT),
            Collections.unmodifiableMap(strata),
            section.value("arrivals", wordOf(Study.Arrivals.class)),
            section.value("planned", wholeNumber(2, 2_000_000_000)));
    refuseWithoutControl(section, "shares", experiment.shares());
    strata.forEach(
        (stratum, shares) -> refuseWithoutControl(section.section("strata"), stratum, shares));
    return experiment;
  }

  private static void refuseWithoutControl(
      Section section, String key, Map<String, Double> shares) {
    if (section.has(key) && !(shares.containsKey(CONTROL) && shares.size() > 1)) {
      section.refuse(key, "must name the arm control and at least one more");
    }
  }

  private static BeforeAfter beforeAfter(
      Section section, Section sources, Set<String> segments, boolean isAsked) {
    BeforeAfter beforeAfter =
        new BeforeAfter(
            section.value("anticipation", wholeNumber(0, 12)).orElseThrow(),
            section
                    .value("controls", oneOf(List.of("not-yet", "never")))
                    .orElseThrow()
                    .equals("never")
                ? Controls.NEVER_JOINED
                : Controls.NOT_YET_JOINED,
            section.value("pre-months", wholeNumber(2, 60)).orElseThrow(),
            section.someOf("horizons", MONTHS).stream().sorted().distinct().toList(),
            section.list("strata", nameOf("segments", segments)),
            section.list("covariates", Kind.IDENTIFIER),
            section.list("segments", nameOf("segments", segments)),
            section.value("since", Kind.MONTH));
    if (beforeAfter.preMonths() < 2 + beforeAfter.anticipation()) {
      section.refuse(
          "pre-months",
          "must be at least 2 more than before-after.anticipation, which is "
              + beforeAfter.anticipation());
    }
    if (isAsked && !sources.has(Enrolments.TABLE.name())) {
      section.refuse(
          "pre-months",
          "members are known from enrolments: before-after needs sources.enrolments, which the study does not have");
    }
    boolean hasCustomers = sources.has(Customers.TABLE.name());
    refuseWithoutCustomers(section, "strata", beforeAfter.strata(), hasCustomers);
    refuseWithoutCustomers(section, "segments", beforeAfter.segments(), hasCustomers);
    if (!beforeAfter.covariates().isEmpty() && !hasCustomers) {
      section.refuse(
          "covariates",
          "what customers are is known from customers: it needs sources.customers, which the study does not have");
    }
    return beforeAfter;
  }
}
