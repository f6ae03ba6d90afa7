package dev.cohortium.config;

import dev.cohortium.stats.StaggeredDesign;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the user wants measured. Read by {@link StudyReader}; every value is valid.
 *
 * @param name names the study and its default warehouse
 * @param timeZone where months, weeks and days are cut
 * @param currency ISO 4217 code of every amount
 * @param asOf the last month that is used; empty: found in the data
 * @param maxQuarantineShare share of a delivery, 0 to 1, above which a run is refused
 * @param plausibleFrom first day on which a timestamp may lie, in UTC
 * @param plausibleUntil first day on which a timestamp may no longer lie, in UTC
 * @param sources by the name of the canonical table that they fill, in the catalogue's order
 * @param programmes by program_id
 * @param segments SQL expressions over the customers table, by name
 * @param metrics what comparisons measure, by name
 * @param headline the one result by which the programme is judged
 * @param cohorts what the cohorts job builds; empty: it does not run
 * @param lookAlike how members are compared with others like them; empty: they are not
 * @param designControlGroup what is held out; empty: nothing is
 * @param controlGroup how experiments are measured; empty: they are not
 * @param beforeAfter how members are compared with themselves before joining; empty: they are not
 * @param privacy how small cells are withheld
 * @param publish tables to publish besides those that always are
 */
public record Study(
    String name,
    ZoneId timeZone,
    String currency,
    Optional<YearMonth> asOf,
    double maxQuarantineShare,
    LocalDate plausibleFrom,
    LocalDate plausibleUntil,
    Map<String, Source> sources,
    Map<String, Programme> programmes,
    Map<String, String> segments,
    List<String> metrics,
    Headline headline,
    Optional<Cohorts> cohorts,
    Optional<LookAlike> lookAlike,
    Optional<DesignControlGroup> designControlGroup,
    Optional<ControlGroup> controlGroup,
    Optional<BeforeAfter> beforeAfter,
    Privacy privacy,
    Set<String> publish) {

  /** This study, measured up to {@code month}. */
  public Study withAsOf(YearMonth month) {
    return new Study(
        name,
        timeZone,
        currency,
        Optional.of(month),
        maxQuarantineShare,
        plausibleFrom,
        plausibleUntil,
        sources,
        programmes,
        segments,
        metrics,
        headline,
        cohorts,
        lookAlike,
        designControlGroup,
        controlGroup,
        beforeAfter,
        privacy,
        publish);
  }

  /**
   * Refuses a first month of before-after that leaves none to compare.
   *
   * @throws UserFault if months that are the base of somebody's joining are not before as-of
   */
  public void refuseLateSince() {
    Optional<YearMonth> since = beforeAfter.flatMap(BeforeAfter::since);
    if (since.isEmpty() || asOf.isEmpty()) {
      return;
    }
    int anticipation = beforeAfter.orElseThrow().anticipation();
    YearMonth late = asOf.get().minusMonths(1 + anticipation);
    if (!since.get().isBefore(late)) {
      throw new UserFault(
          "Study '%s' asks before-after to look at nothing before %s, but as-of is %s: a member takes a month before joining, %d more that may anticipate it, that of joining and one after it.\nName a month before %s in before-after.since, or a later as-of."
              .formatted(name, since.get(), asOf.get(), anticipation, late));
    }
  }

  /**
   * A loyalty programme.
   *
   * @param launched the day it began; empty: before the data
   * @param launchedByRegion the day it began in each region that differs
   * @param fixedCostPerMonth its running cost, in the study's currency
   */
  public record Programme(
      Optional<LocalDate> launched,
      Map<String, LocalDate> launchedByRegion,
      double fixedCostPerMonth) {}

  /**
   * What the cohorts job builds.
   *
   * @param by what makes a cohort
   * @param granularities lengths of a period
   * @param inactiveMonths months without an order after which a customer has churned, at least 1
   * @param segments names from {@link Study#segments}
   */
  public record Cohorts(
      List<CohortBy> by,
      List<Granularity> granularities,
      int inactiveMonths,
      List<String> segments) {}

  /** What makes a cohort. */
  public enum CohortBy {
    FIRST_PURCHASE,
    ENROLMENT
  }

  /** Length of a cohort's period. */
  public enum Granularity {
    MONTH,
    WEEK,
    DAY
  }

  /**
   * The one result by which the programme is judged, declared before results are seen.
   *
   * @param metric one of {@link Study#metrics}
   * @param method as the table effects has it
   * @param horizon months after joining, at least 1
   */
  public record Headline(String metric, String method, int horizon) {}

  /**
   * How members are compared with customers like them (methods.md 5).
   *
   * @param preMonths months before joining that describe a customer, at least 1
   * @param horizons months after joining that are measured, ascending
   * @param exact segments, columns or attributes of customers that must be equal
   * @param covariates further segments, columns or attributes that describe a customer
   * @param caliper greatest distance of a pair, in standard deviations of the score's logit
   * @param ratio comparison customers for each member
   * @param replacement whether a comparison customer may be used again
   * @param order in which members choose
   * @param propensityBy of {@code exact}: those inside which the score is fitted alone
   * @param candidatesPerMember comparison customers drawn for each member of a stratum at most
   * @param mostOrders orders of a month that are told apart; the last stands for itself and all
   *     later ones; 0: joining takes no order, and customers are compared month by month
   */
  public record LookAlike(
      int preMonths,
      List<Integer> horizons,
      List<String> exact,
      List<String> covariates,
      double caliper,
      int ratio,
      boolean replacement,
      MatchingOrder order,
      List<String> propensityBy,
      int candidatesPerMember,
      int mostOrders) {}

  /** The order in which members choose their look-alikes, by their scores. */
  public enum MatchingOrder {
    DESCENDING,
    ASCENDING,
    RANDOM
  }

  /**
   * A control group to be drawn (methods.md 6).
   *
   * @param experiment names it
   * @param salt makes the draw its own
   * @param share of the customers that is held out, inside 0..1
   * @param shares of the strata that differ, by the stratum's name
   * @param strata names from {@link Study#segments} inside which the draw is made
   * @param power chance of seeing {@code effect}
   * @param effect smallest one worth seeing, as a share of the metric's mean
   */
  public record DesignControlGroup(
      String experiment,
      String salt,
      double share,
      Map<String, Double> shares,
      List<String> strata,
      double power,
      double effect) {

    /** The share of {@code stratum} that is held out. */
    public double shareOf(String stratum) {
      return shares.getOrDefault(stratum, share);
    }
  }

  /**
   * How experiments are measured (methods.md 6).
   *
   * @param horizons months after assignment that are measured, ascending
   * @param segments names from {@link Study#segments} that are measured besides the whole
   * @param experiments what is known of their design, by experiment_id
   */
  public record ControlGroup(
      List<Integer> horizons, List<String> segments, Map<String, Experiment> experiments) {}

  /**
   * What is known of the design of an experiment, most of it of one that was drawn elsewhere.
   *
   * @param program the programme whose joining it moves; empty: the study's only one
   * @param shares of the arms, in proportion; empty: not known
   * @param strata the shares of strata that differ, by the stratum's name
   * @param arrivals when customers are assigned; empty: not known
   * @param planned customers that there will be in the end; empty: not known
   */
  public record Experiment(
      Optional<String> program,
      Map<String, Double> shares,
      Map<String, Map<String, Double>> strata,
      Optional<Arrivals> arrivals,
      Optional<Integer> planned) {}

  /** When the customers of an experiment are assigned. */
  public enum Arrivals {
    ONCE,
    MONTHLY
  }

  /**
   * How members are compared with themselves before joining, net of others (methods.md 7).
   *
   * @param anticipation months before joining in which it may already be felt, at least 0
   * @param controls who serves as comparison
   * @param preMonths months between acquisition and joining, at least 2 and the anticipation
   * @param horizons months after joining that are measured, ascending
   * @param strata names from {@link Study#segments} inside which customers are compared
   * @param covariates segments, columns or attributes of customers, all numbers, that are adjusted
   *     for
   * @param segments names from {@link Study#segments} that are measured besides the whole
   * @param since month before which nothing is looked at; empty: the panel's first
   */
  public record BeforeAfter(
      int anticipation,
      StaggeredDesign.Controls controls,
      int preMonths,
      List<Integer> horizons,
      List<String> strata,
      List<String> covariates,
      List<String> segments,
      Optional<YearMonth> since) {}

  /**
   * How small cells are withheld.
   *
   * @param smallestCell rows that count fewer keep their keys only; 0 or 1: nothing is withheld
   */
  public record Privacy(int smallestCell) {}
}
