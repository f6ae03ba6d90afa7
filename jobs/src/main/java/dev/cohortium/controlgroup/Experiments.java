package dev.cohortium.controlgroup;

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
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The experiments of a study, drawn here or elsewhere, and who is in them. */
final class Experiments {
  private static final String PROGRAM = "program_id";
  private static final String HERE = "is_drawn_here";
  private static final String ASSIGNED_AT = Assignments.ASSIGNED_AT;

  private final Frames in;
  private final Study study;
  private final int asOf;
  private final Dataset<Row> all;
  private final List<Experiment> experiments = new ArrayList<>();

  private Experiments(Frames in, Study study) {
    this.in = in;
    this.study = study;
    this.asOf = Months.number(study.asOf().orElseThrow());
    this.all =
        assignments(in.get(Assignments.TABLE), false)
            .union(assignments(in.get(ControlGroupAssignments.TABLE), true));
  }

  /**
   * The experiments.
   *
   * @throws UserFault if one was drawn here and elsewhere
   */
  static Experiments of(Frames in, Study study) {
    Experiments experiments = new Experiments(in, study);
    experiments
        .all
        .groupBy(Windows.EXPERIMENT)
        .agg(
            count(lit(1)),
            count_if(col(HERE)),
            count_if(col(ASSIGNED_AT).isNull()),
            count_if(experiments.month().gt(experiments.asOf)))
        .orderBy(Windows.EXPERIMENT)
        .collectAsList()
        .forEach(experiments::add);
    return experiments;
  }

  List<Experiment> list() {
    return experiments;
  }

  private void add(Row row) {
    String id = row.getString(0);
    boolean isDrawnHere = row.getLong(2) > 0;
    if (isDrawnHere && row.getLong(2) < row.getLong(1)) {
      throw new UserFault(
          "Experiment '%s' is in sources.assignments and was drawn by design-control-group, too.\nGive one of them another name."
              .formatted(id));
    }
    experiments.add(
        new Experiment(
            id, program(id), isDrawnHere, row.getLong(1), row.getLong(3), row.getLong(4)));
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
        lit(isDrawnHere).as(HERE));
  }

  private Column month() {
    return Months.numberOf(col(ASSIGNED_AT), study.timeZone());
  }

  /** One row per experiment and customer assigned by as-of, as {@link Windows#visits} wants it. */
  Dataset<Row> assigned() {
    Segments segments = new Segments(study, study.controlGroup().orElseThrow().segments());
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
            segments.places().as(Windows.SEGMENTS),
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
