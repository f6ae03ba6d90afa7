package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.ControlGroupAssignments;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Exposures;
import dev.cohortium.table.Joinings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The experiments of a study, drawn here or elsewhere, and who is in them. */
final class Experiments {
  private static final String PROGRAM = "program_id";
  private static final String HERE = "is_drawn_here";
  private static final String SHARE = ControlGroupAssignments.SHARE;
  private static final String ASSIGNED_AT = Assignments.ASSIGNED_AT;

  private final Frames in;
  private final Study study;
  private final int asOf;
  private final Dataset<Row> all;
  private final Segments segments;
  private final List<Experiment> experiments = new ArrayList<>();

  private Experiments(Frames in, Study study) {
    this.in = in;
    this.study = study;
    this.asOf = Months.number(study.asOf().orElseThrow());
    this.segments = new Segments(study, study.controlGroup().orElseThrow().segments());
    this.all =
        assignments(in.get(Assignments.TABLE), false)
            .union(assignments(in.get(ControlGroupAssignments.TABLE), true));
  }

  /**
   * The experiments.
   *
   * @throws UserFault if there is none, one was drawn here and elsewhere, a customer is in two arms
   *     of one, or the study names one or a stratum of one that no assignment has
   */
  static Experiments of(Frames in, Study study) {
    Experiments experiments = new Experiments(in, study);
    Map<String, List<Row>> byExperiment =
        experiments
            .all
            .groupBy(Windows.EXPERIMENT, Windows.STRATUM)
            .agg(
                count(lit(1)),
                count_if(col(HERE)),
                count_if(col(ASSIGNED_AT).isNull()),
                count_if(experiments.month().gt(experiments.asOf)),
                // The mean: what is held out of who comes later may be a little more, or less.
                avg(SHARE))
            .collectAsList()
            .stream()
            .collect(
                Collectors.groupingBy(row -> row.getString(0), TreeMap::new, Collectors.toList()));
    byExperiment.forEach(experiments::add);
    experiments.refuseUnknown();
    experiments.refuseTwoArms();
    return experiments;
  }

  List<Experiment> list() {
    return experiments;
  }

  /** The segments in which they are measured. */
  Segments segments() {
    return segments;
  }

  private void add(String id, List<Row> strata) {
    long assigned = sum(strata, 2);
    long here = sum(strata, 3);
    if (here > 0 && here < assigned) {
      throw new UserFault(
          "Experiment '%s' is in sources.assignments and was drawn by design-control-group, too.\nGive one of them another name."
              .formatted(id));
    }
    Set<String> names = new TreeSet<>();
    Map<String, Double> shares = new TreeMap<>();
    for (Row stratum : strata) {
      names.add(stratum.getString(1));
      if (!stratum.isNullAt(6)) {
        shares.put(stratum.getString(1), stratum.getDouble(6));
      }
    }
    experiments.add(
        new Experiment(id, program(id), names, shares, assigned, sum(strata, 4), sum(strata, 5)));
  }

  private static long sum(List<Row> strata, int column) {
    return strata.stream().mapToLong(row -> row.getLong(column)).sum();
  }

  /** A later file that assigns otherwise leaves two rows. */
  private void refuseTwoArms() {
    List<Row> moved =
        all.where(col(HERE).equalTo(false).and(month().leq(asOf)))
            .groupBy(Windows.EXPERIMENT, Windows.CUSTOMER)
            .count()
            .where(col("count").gt(1))
            .groupBy(Windows.EXPERIMENT)
            .count()
            .orderBy(Windows.EXPERIMENT)
            .collectAsList();
    if (!moved.isEmpty()) {
      throw new UserFault(
          "%d customers of experiment '%s' are in two of its arms.\nA customer belongs to one arm, the one first drawn: deliver the file that is wrong again, corrected, or filter its rows (sources.assignments.filters)."
              .formatted(moved.get(0).getLong(1), moved.get(0).getString(0)));
    }
  }

  /** What the study says of experiments and strata must be said of some that are there. */
  private void refuseUnknown() {
    if (experiments.isEmpty()) {
      throw new UserFault(
          "control-group has nothing to measure: nobody is assigned to an experiment.\nRun design-control-group first, or look into quarantine for the rows of sources.assignments.");
    }
    Map<String, Experiment> known = new TreeMap<>();
    experiments.forEach(experiment -> known.put(experiment.id(), experiment));
    study
        .controlGroup()
        .orElseThrow()
        .experiments()
        .forEach(
            (id, asked) -> {
              refuseUnknown("control-group.experiments", Set.of(id), known.keySet());
              refuseUnknown(
                  "control-group.experiments." + id + ".strata",
                  asked.strata().keySet(),
                  known.get(id).strata());
            });
  }

  /**
   * Refuses names that nothing has.
   *
   * @param key of the study, where they stand
   */
  static void refuseUnknown(String key, Set<String> names, Set<String> known) {
    Set<String> unknown = new TreeSet<>(names);
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new UserFault(
          "%s says something of %s, which no customer is in.\nCorrect the name; there are: %s."
              .formatted(key, String.join(", ", unknown), String.join(", ", known)));
    }
  }

  private String program(String id) {
    Study.Experiment asked = study.controlGroup().orElseThrow().experiments().get(id);
    String only =
        study.programmes().size() == 1
            ? study.programmes().keySet().iterator().next()
            : Effects.NONE;
    return asked == null ? only : asked.program().orElse(only);
  }

  private static Dataset<Row> assignments(Dataset<Row> rows, boolean isDrawnHere) {
    return rows.select(
        col(Windows.EXPERIMENT),
        col(Windows.CUSTOMER),
        col(Windows.ARM),
        col(ASSIGNED_AT),
        coalesce(col(Windows.STRATUM), lit(Cell.ALL)).as(Windows.STRATUM),
        (isDrawnHere ? col(SHARE) : lit(null).cast("double")).as(SHARE),
        lit(isDrawnHere).as(HERE));
  }

  private Column month() {
    return Months.numberOf(col(ASSIGNED_AT), study.timeZone());
  }

  /** One row per experiment and customer assigned by as-of, as {@link Windows#visits} wants it. */
  Dataset<Row> assigned() {
    Dataset<Row> known =
        all.withColumn(Windows.ASSIGNED, month())
            .where(col(Windows.ASSIGNED).leq(asOf))
            .withColumn(PROGRAM, program());
    return segments
        .joinedTo(withContacts(withJoining(known)), in.get(Customers.TABLE))
        .select(
            col(Windows.EXPERIMENT),
            col(Windows.CUSTOMER),
            col(Windows.ARM),
            col(Windows.ASSIGNED),
            col(Windows.STRATUM),
            segments.values().as(Windows.SEGMENTS),
            col(Windows.JOINED),
            col(Windows.FIRST_CONTACT),
            col("contacted_before"),
            flag(isListed().and(Segments.isUnlisted())).as("unknown"));
  }

  private Column isListed() {
    return lit(study.sources().containsKey(Customers.TABLE.name()));
  }

  private Column program() {
    Column program = lit(Effects.NONE);
    for (Experiment experiment : experiments) {
      program =
          when(col(Windows.EXPERIMENT).equalTo(experiment.id()), experiment.program())
              .otherwise(program);
    }
    return program;
  }

  private Dataset<Row> withJoining(Dataset<Row> assigned) {
    Column joining = Months.number(col(Joinings.JOINING_MONTH));
    Dataset<Row> joinings = in.get(Joinings.TABLE).where(joining.leq(asOf));
    Dataset<Row> ofOne =
        joinings.select(col(Joinings.PROGRAM_ID), col(Joinings.CUSTOMER_ID), joining.as("joining"));
    Dataset<Row> ofAny =
        joinings
            .groupBy(Joinings.CUSTOMER_ID)
            .agg(min(joining).as("joining"))
            .select(lit(Effects.NONE), col(Joinings.CUSTOMER_ID), col("joining"));
    return assigned
        .join(ofOne.union(ofAny), new String[] {PROGRAM, Windows.CUSTOMER}, "left")
        .withColumn(Windows.JOINED, col("joining").minus(col(Windows.ASSIGNED)));
  }

  private Dataset<Row> withContacts(Dataset<Row> assigned) {
    Dataset<Row> contacts =
        in.get(Exposures.TABLE)
            .where(Months.numberOf(col(Exposures.EXPOSED_AT), study.timeZone()).leq(asOf))
            .groupBy(Exposures.EXPERIMENT_ID, Exposures.CUSTOMER_ID)
            .agg(min(Exposures.EXPOSED_AT).as("contacted_at"));
    return assigned
        .join(contacts, new String[] {Windows.EXPERIMENT, Windows.CUSTOMER}, "left")
        .withColumn(
            Windows.FIRST_CONTACT,
            Months.numberOf(col("contacted_at"), study.timeZone()).minus(col(Windows.ASSIGNED)))
        .withColumn("contacted_before", flag(col("contacted_at").lt(col(ASSIGNED_AT))));
  }

  private static Column flag(Column condition) {
    return when(condition, 1).otherwise(0);
  }
}
