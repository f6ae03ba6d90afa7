package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Which months of which customers a study of staggered joining compares: the months of a window are
 * 0 to {@code months} - 1, and a customer joined in one of them, before (negative), or {@link
 * #NEVER}.
 *
 * <p>The cohort of month g is those who joined in it and were acquired at least {@code preMonths}
 * before; compared with it are only customers acquired as early. So all of a cohort's months, the
 * first of which is g - preMonths + 1, lie after the acquisition of everybody whom it is compared
 * with, and its customers are the same in every one of them. A cohort without a base month in the
 * window was always treated and has no cell.
 *
 * @param months of the window
 * @param anticipation months before joining that joining may already have changed
 * @param controls who serves as comparison
 * @param base which month a month is compared with
 * @param preMonths between acquisition and joining, at least
 * @param lastEventMonth the last month after joining to be looked at; that of joining is 0
 * @param leastCohort customers below which a cohort, or the controls of a stratum, tell nothing
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021</a>
 */
public record StaggeredDesign(
    int months,
    int anticipation,
    Controls controls,
    Base base,
    int preMonths,
    int lastEventMonth,
    int leastCohort)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** The joining month of customers who have not joined by the end of the window. */
  public static final int NEVER = Integer.MAX_VALUE;

  private static final int LEAST_COHORT = 5;
  private static final int YEAR = 12;

  /** Who serves as comparison of a cohort in a month. */
  public enum Controls {
    /** Who never joined in the window. */
    NEVER_JOINED,
    /** They, and who will join later than the anticipation after both months compared. */
    NOT_YET_JOINED,
    /** Nobody: the naive change of the cohort itself. */
    NOBODY
  }

  /** The month that a month is compared with. */
  public enum Base {
    /** The last one before anticipation; before it, the month before. */
    VARYING,
    /** The last one before anticipation. */
    UNIVERSAL,
    /** The same month a year earlier, or two, before anticipation; after joining only. */
    SEASONAL
  }

  /** What a customer is to a cohort in a month. */
  public enum Role {
    /** Belongs to the cohort. */
    TREATED,
    /** Is compared with it. */
    CONTROL,
    /** Neither. */
    NEITHER
  }

  /** What becomes of a customer in the whole study. */
  public enum Standing {
    /** In the cohort of the joining month. */
    IN_A_COHORT("joined, and belongs to the cohort of that month"),
    /** Joined too soon after acquisition. */
    ACQUIRED_TOO_LATE(
        "joined too soon after the first purchase to be in a cohort; compared until then"),
    /** Never joined. */
    NEVER_JOINED("did not join in the window, and is compared"),
    /** No month before joining. */
    ALWAYS_TREATED("joined before the first month that could be a base: left out"),
    /** Acquired too late to be compared with any cohort. */
    ACQUIRED_TOO_LATE_TO_COMPARE("acquired too late to be compared with any cohort: left out");

    private final String sentence;

    Standing(String sentence) {
      this.sentence = sentence;
    }

    /** What became of such a customer, for the reader of the results. */
    public String sentence() {
      return sentence;
    }
  }

  /**
   * A design.
   *
   * @throws IllegalArgumentException if months is below 2, anticipation or lastEventMonth below 0,
   *     preMonths too few to hold a base month after the acquisition month, or leastCohort below 2
   */
  public StaggeredDesign {
    Arguments.atLeast("months", months, 2);
    Arguments.atLeast("anticipation", anticipation, 0);
    Arguments.atMost("anticipation", anticipation, months);
    Arguments.atLeast("preMonths", preMonths, base == Base.SEASONAL ? YEAR : 2.0 + anticipation);
    Arguments.atLeast("lastEventMonth", lastEventMonth, 0);
    Arguments.atLeast("leastCohort", leastCohort, 2);
  }

  /**
   * The usual design: one month of anticipation, controls not yet joined, varying base, all months
   * after joining, cohorts of 5.
   */
  public static StaggeredDesign of(int months, int preMonths) {
    return new StaggeredDesign(
        months, 1, Controls.NOT_YET_JOINED, Base.VARYING, preMonths, months, LEAST_COHORT);
  }

  /**
   * Two periods, before (0) and after (1) a launch, and one cohort, that of 1, against who never
   * joined: difference-in-differences of means per period. For a study that asks what the launch
   * did to those who joined with it, and for readers who know no other method.
   */
  public static StaggeredDesign twoByTwo() {
    return new StaggeredDesign(2, 0, Controls.NEVER_JOINED, Base.UNIVERSAL, 2, 1, LEAST_COHORT);
  }

  /** The same with other controls. */
  public StaggeredDesign with(Controls others) {
    return new StaggeredDesign(
        months, anticipation, others, base, preMonths, lastEventMonth, leastCohort);
  }

  /** The same with another base. */
  public StaggeredDesign with(Base other) {
    return new StaggeredDesign(
        months, anticipation, controls, other, preMonths, lastEventMonth, leastCohort);
  }

  /**
   * The same with other months between acquisition and joining: for customers of whom others have
   * said that they were known for so long.
   */
  public StaggeredDesign withPreMonths(int other) {
    return new StaggeredDesign(
        months, anticipation, controls, base, other, lastEventMonth, leastCohort);
  }

  /** The same with another least cohort: of regions, each of which stands for many customers. */
  StaggeredDesign withLeastCohort(int other) {
    return new StaggeredDesign(
        months, anticipation, controls, base, preMonths, lastEventMonth, other);
  }

  /** The same up to another month after joining. */
  public StaggeredDesign upTo(int other) {
    return new StaggeredDesign(months, anticipation, controls, base, preMonths, other, leastCohort);
  }

  /**
   * The month with which {@code month} is compared in the cohort of {@code joined}; empty where
   * there is none in the window, or it is the month itself.
   */
  public OptionalInt baseOf(int joined, int month) {
    if (joined == NEVER || month < 0 || month >= months || month - joined > lastEventMonth) {
      return OptionalInt.empty();
    }
    int first = Math.max(0, joined - preMonths + 1);
    int found = compared(joined, month);
    return found >= first && month >= first && found != month
        ? OptionalInt.of(found)
        : OptionalInt.empty();
  }

  /**
   * Whether a month after joining has a base among the months that this design looks at, however
   * long the window is: with a seasonal base some have none.
   *
   * @param eventMonth since joining, at least 1
   */
  public boolean hasBase(int eventMonth) {
    return compared(preMonths, preMonths + eventMonth) >= 1;
  }

  /** The base month wherever it lies; -1: none. */
  private int compared(int joined, int month) {
    int free = joined - anticipation;
    return switch (base) {
      case VARYING -> month < free ? month - 1 : free - 1;
      case UNIVERSAL -> free - 1;
      case SEASONAL -> month <= joined ? -1 : seasonal(free, month);
    };
  }

  private static int seasonal(int free, int month) {
    int years = month - YEAR < free ? 1 : 2;
    int found = month - years * YEAR;
    return found < free ? found : -1;
  }

  /**
   * A cohort's month with the month that it is compared with.
   *
   * @param joined the cohort
   */
  public record Comparison(int joined, int month, int base) implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  /**
   * All comparisons of cohorts, by cohort and month. Where controls are the not yet joined and
   * nobody stays out until the end, the last cohort is compared with nobody and serves as controls
   * only.
   *
   * @param joined of all customers, in any order and number
   */
  public List<Comparison> comparisons(IntStream joined) {
    int[] cohorts = joined.filter(month -> month > anticipation).distinct().sorted().toArray();
    boolean isLastLeftOut =
        controls == Controls.NOT_YET_JOINED
            && cohorts.length > 0
            && cohorts[cohorts.length - 1] != NEVER;
    List<Comparison> comparisons = new ArrayList<>();
    for (int cohort = 0; cohort < cohorts.length - (isLastLeftOut ? 1 : 0); cohort++) {
      for (int month = 0; month < months; month++) {
        OptionalInt found = baseOf(cohorts[cohort], month);
        if (found.isPresent()) {
          comparisons.add(new Comparison(cohorts[cohort], month, found.getAsInt()));
        }
      }
    }
    return comparisons;
  }

  /** Whether this design, with its base, makes a comparison. */
  boolean compares(Comparison of) {
    return baseOf(of.joined, of.month).equals(OptionalInt.of(of.base));
  }

  /** The joining months of the customers who are of use. */
  IntStream compared(int[] joined, int[] acquired) {
    return IntStream.range(0, joined.length)
        .filter(i -> standing(joined[i], acquired[i]) != Standing.ACQUIRED_TOO_LATE_TO_COMPARE)
        .map(i -> joined[i]);
  }

  /** Refuses a design without controls. */
  void requireControls() {
    if (controls == Controls.NOBODY) {
      throw new IllegalArgumentException(
          "controls are " + Controls.NOBODY + ", must be somebody: there is nothing to compare");
    }
  }

  /** The first joining month, after this one if so, whose customers are controls of a cell. */
  int controlsFrom(int month, int baseMonth) {
    return controls == Controls.NOT_YET_JOINED
        ? Math.max(month, baseMonth) + anticipation + 1
        : NEVER;
  }

  /** Whether somebody acquired then can be compared in the cohort of {@code cohort}. */
  boolean isKnown(int cohort, int acquired) {
    return acquired <= cohort - preMonths;
  }

  /**
   * What a customer is to the cohort of {@code cohort} when {@code month} is compared.
   *
   * @throws IllegalArgumentException if the month has no base in that cohort
   */
  public Role role(int cohort, int month, int joined, int acquired) {
    OptionalInt baseMonth = baseOf(cohort, month);
    if (baseMonth.isEmpty()) {
      throw new IllegalArgumentException(
          "month is " + month + ", must have a base month in the cohort of " + cohort);
    }
    return role(new Comparison(cohort, month, baseMonth.getAsInt()), joined, acquired);
  }

  /** What a customer is in one of the {@link #comparisons}. */
  public Role role(Comparison of, int joined, int acquired) {
    if (!isKnown(of.joined, acquired)) {
      return Role.NEITHER;
    }
    if (joined == of.joined) {
      return Role.TREATED;
    }
    return controls != Controls.NOBODY && joined >= controlsFrom(of.month, of.base)
        ? Role.CONTROL
        : Role.NEITHER;
  }

  /** What becomes of a customer in the whole study. */
  public Standing standing(int joined, int acquired) {
    if (joined <= anticipation) {
      return Standing.ALWAYS_TREATED;
    }
    boolean isInTime = isKnown(Math.min(joined, months - 1), acquired);
    if (joined == NEVER) {
      return isInTime ? Standing.NEVER_JOINED : Standing.ACQUIRED_TOO_LATE_TO_COMPARE;
    }
    return isInTime ? Standing.IN_A_COHORT : Standing.ACQUIRED_TOO_LATE;
  }

  /** Whether a customer's months are of use: to a cohort, or as one who is compared with it. */
  public boolean isUsed(int joined, int acquired) {
    Standing standing = standing(joined, acquired);
    return standing != Standing.ALWAYS_TREATED
        && standing != Standing.ACQUIRED_TOO_LATE_TO_COMPARE
        && acquired < joined;
  }

  /**
   * The acquisition month to sum a customer under: all of them that are early enough for every
   * cohort are one, the latest of them.
   */
  public int merged(int acquired) {
    return Math.max(acquired, earlyEnough());
  }

  /** The last acquisition month that is early enough for every cohort. */
  int earlyEnough() {
    return anticipation + 1 - preMonths;
  }
}
