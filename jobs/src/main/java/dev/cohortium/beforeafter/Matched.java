package dev.cohortium.beforeafter;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.months_between;
import static org.apache.spark.sql.functions.struct;

import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;
import dev.cohortium.stats.WeightedLife;
import dev.cohortium.table.LookAlikePairs;
import java.io.Serial;
import java.io.Serializable;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The event study on the matched sets of the job look-alike: a member counts 1 in the cohort of its
 * joining month, and its look-alikes, as they count in its set, are that cohort's controls in each
 * month by which, with the anticipation, they have not joined.
 *
 * <p>Members stay when a look-alike joins, and the look-alikes that are left stand for all: they
 * count by the inverse of the chance of not having joined since the order at which their member
 * did, as in the job look-alike. Who leaves is who orders most, so that without it those who are
 * left would order less than the members for that alone; a set that left with its look-alike would
 * take the members along who are like those who join, and the effect would be of others every
 * month.
 *
 * <p>Errors are by customer, who may be in many sets. Those by set would be smaller: in a set
 * influences have opposite signs, and what matching made alike cancels out. They would be larger
 * only if joining turned round who changes most.
 *
 * @see <a href="https://doi.org/10.1080/01621459.2020.1840383">Abadie, Spiess 2022</a>
 */
final class Matched {
  /** What each {@link Lives} row is joined with: ARRAY of STRUCT(role, month, order, weight). */
  private static final String SETS = "sets";

  private static final String MEMBER = "member";

  private final Dataset<Row> rows;
  private final Window window;
  private final StaggeredDesign design;

  /**
   * Of those who are in a set. Where sets are too many to be sent to every machine, customers are
   * exchanged once more to be joined with them; those in a set are kept.
   *
   * @param lives rows of {@link Lives}
   * @param pairs of {@link #pairs}
   * @param preMonths that the job look-alike asks between acquisition and joining
   */
  Matched(Frames in, Dataset<Row> lives, Dataset<Row> pairs, Window window, int preMonths) {
    rows =
        in.keep(
            lives.join(sets(pairs, window), new String[] {LookAlikePairs.CUSTOMER_ID}, "inner"));
    this.window = window;
    design = design(window, preMonths);
  }

  /** The design whose members and look-alikes were all known as long as look-alike asks. */
  private static StaggeredDesign design(Window window, int preMonths) {
    StaggeredDesign asked = window.design().upTo(window.longest());
    int least = 2 + asked.anticipation();
    return asked.withPreMonths(Math.max(least, Math.min(asked.preMonths(), preMonths)));
  }

  /** The pairs of a programme, as the job look-alike made them as of a day. */
  static Dataset<Row> pairs(Frames in, String program, LocalDate asOf) {
    return in.get(LookAlikePairs.TABLE)
        .where(col(LookAlikePairs.PROGRAM_ID).equalTo(program))
        .where(col(LookAlikePairs.AS_OF).equalTo(lit(Date.valueOf(asOf))));
  }

  /** The sets of each customer. */
  private static Dataset<Row> sets(Dataset<Row> pairs, Window window) {
    Date first = Date.valueOf(window.day(0));
    return pairs
        .groupBy(LookAlikePairs.CUSTOMER_ID)
        .agg(
            collect_list(
                    struct(
                        col(LookAlikePairs.ROLE),
                        months_between(col(LookAlikePairs.JOINING_MONTH), lit(first)).cast("int"),
                        col(LookAlikePairs.JOINING_ORDER),
                        col(LookAlikePairs.WEIGHT)))
                .as(SETS));
  }

  /**
   * What is found, by the order of the metrics that are counted.
   *
   * @param joined the joining months of all customers
   */
  List<Studied> studies(Reacting.Counting counting, int[] joined) {
    return new Weighted(window, design, joined, counting.metrics().size())
        .studies(Variant.MATCHED, rows, row -> lives(row, counting.of(row)));
  }

  private static List<InSets> lives(Row row, Reacting.Counted customer) {
    SortedMap<Standing, List<InSet>> sets = new TreeMap<>();
    List<Row> given = row.getList(row.fieldIndex(SETS));
    given.stream()
        .sorted(Comparator.comparingInt(Matched::order).thenComparingDouble(Matched::weight))
        .forEach(
            set ->
                sets.computeIfAbsent(Standing.of(set), standing -> new ArrayList<>())
                    .add(inSet(set, customer)));
    List<InSets> lives = new ArrayList<>();
    sets.forEach((standing, of) -> lives.add(new InSets(standing, of, customer)));
    return lives;
  }

  private static int order(Row set) {
    return set.getInt(2);
  }

  private static double weight(Row set) {
    return set.getDouble(3);
  }

  /**
   * A set that a customer is in.
   *
   * @param until of a look-alike the logarithm of the chance of not having joined in the set's
   *     month up to the order at which it stands
   */
  private record InSet(double weight, double until) {}

  private static InSet inSet(Row set, Reacting.Counted customer) {
    Standing standing = Standing.of(set);
    return new InSet(
        weight(set), standing.isMember ? 0 : customer.logStay(standing.month, order(set)));
  }

  /** What a customer is to the cohort of a month. */
  private record Standing(boolean isMember, int month)
      implements Comparable<Standing>, Serializable {
    @Serial private static final long serialVersionUID = 1;

    static Standing of(Row set) {
      return new Standing(set.getString(0).equals(MEMBER), set.getInt(1));
    }

    boolean is(Role role, int cohort) {
      return month == cohort && isMember == (role == Role.TREATED);
    }

    @Override
    public int compareTo(Standing other) {
      int byMonth = Integer.compare(month, other.month);
      return byMonth == 0 ? Boolean.compare(isMember, other.isMember) : byMonth;
    }
  }

  /** A customer in all sets of one month that it is in as the same. */
  private record InSets(Standing standing, List<InSet> sets, Reacting.Counted customer)
      implements WeightedLife {
    @Override
    public int joined() {
      return customer.joined();
    }

    @Override
    public int acquired() {
      return customer.acquired();
    }

    @Override
    public double weight(Comparison of, Role role) {
      if (!standing.is(role, of.joined())) {
        return 0;
      }
      double weight = 0;
      for (InSet set : sets) {
        weight += set.weight * (standing.isMember ? 1 : customer.weightSinceJoining(of, set.until));
      }
      return weight;
    }

    @Override
    public double[] values(int month) {
      return customer.values(month);
    }
  }
}
