package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.config.Study;
import dev.cohortium.config.Study.DesignControlGroup;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.ControlGroupAssignments;
import dev.cohortium.table.ControlGroupChecks;
import dev.cohortium.table.ControlGroupDesign;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Table;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Draws a control group, and tells what it will be able to see (methods.md 6). */
public final class DesignControlGroupJob implements Job {
  static final String NAME = "design-control-group";

  /** Lengths of windows that are tried out. */
  private static final List<Integer> WINDOWS = List.of(1, 2, 3, 6, 12);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String sentence() {
    return "draws a control group that stays the same, and tells what it will be able to see";
  }

  @Override
  public boolean isConfiguredIn(Study study) {
    return study.designControlGroup().isPresent();
  }

  @Override
  public List<Table> reads() {
    return List.of(CustomerMonths.TABLE, Customers.TABLE, Assignments.TABLE);
  }

  @Override
  public List<Table> writes() {
    return List.of(
        ControlGroupAssignments.TABLE, ControlGroupDesign.TABLE, ControlGroupChecks.TABLE);
  }

  @Override
  public String settings(Study study) {
    return String.join(
        "\n",
        study.asOf().toString(),
        study.designControlGroup().toString(),
        study.controlGroup().map(Study.ControlGroup::horizons).toString(),
        study.metrics().toString(),
        study.headline().toString(),
        study.segments().toString(),
        study.programmes().keySet().toString(),
        study.cohorts().map(Study.Cohorts::inactiveMonths).toString());
  }

  @Override
  public Frames run(Frames in, Study study) {
    Expressions.checkSegments(study, in.get(Customers.TABLE));
    DesignControlGroup design = study.designControlGroup().orElseThrow();
    refuseDrawnElsewhere(in, design);
    Dataset<Row> base = in.keep(base(in, study));
    Dataset<Row> standing = withShares(in.standing(ControlGroupAssignments.TABLE), design);
    refuseUnknownStrata(base, standing, design);
    refuseRedrawn(standing, design);
    Dataset<Row> drawn = in.keep(standing.unionByName(fresh(in, study, base, standing)));
    Dataset<Row> assigned = assigned(base, drawn, design, study.asOf().orElseThrow());
    return new Frames(in.session())
        .with(ControlGroupAssignments.TABLE, drawn)
        .with(
            ControlGroupDesign.TABLE,
            besides(
                design,
                in.standing(ControlGroupDesign.TABLE),
                in.session()
                    .createDataFrame(
                        new Sizes(in, study).rows(assigned, segments(study), windows(in, study)),
                        Contracts.schema(ControlGroupDesign.TABLE))))
        .with(
            ControlGroupChecks.TABLE,
            in.session()
                .createDataFrame(
                    new Conflicts(in, study).rows(drawn),
                    Contracts.schema(ControlGroupChecks.TABLE)));
  }

  /** What the design says now, beside what standing rows say of other experiments. */
  private static Dataset<Row> besides(
      DesignControlGroup design, Dataset<Row> standing, Dataset<Row> rows) {
    return standing
        .where(col(ControlGroupDesign.EXPERIMENT_ID).notEqual(design.experiment()))
        .unionByName(rows);
  }

  /** The customers known by as-of, from the list or the panel, with their segments today. */
  private static Dataset<Row> base(Frames in, Study study) {
    DesignControlGroup design = study.designControlGroup().orElseThrow();
    LocalDate last = study.asOf().orElseThrow().atEndOfMonth();
    Dataset<Row> bought =
        in.get(CustomerMonths.TABLE)
            .where(col(CustomerMonths.MONTH).leq(lit(Date.valueOf(last))))
            .select(Windows.CUSTOMER);
    Dataset<Row> listed =
        in.get(Customers.TABLE)
            .where(
                col(Customers.REGISTERED_AT)
                    .isNull()
                    .or(col(Customers.REGISTERED_AT).leq(lit(Timestamp.from(end(study))))))
            .select(Windows.CUSTOMER);
    Segments segments = segments(study);
    return segments
        .joinedTo(bought.union(listed).distinct(), in.get(Customers.TABLE))
        .select(
            col(Windows.CUSTOMER),
            segments.stratum(design.strata()).as(Windows.STRATUM),
            segments.values().as(Windows.SEGMENTS));
  }

  private static Segments segments(Study study) {
    return new Segments(study, List.copyOf(study.segments().keySet()));
  }

  /** The last second of the month as of which is drawn, in the study's zone. */
  private static Instant end(Study study) {
    YearMonth next = study.asOf().orElseThrow().plusMonths(1);
    return next.atDay(1).atStartOfDay(study.timeZone()).toInstant().minusSeconds(1);
  }

  /** Nobody is held out before the draw, whatever month it is as of. */
  private static Instant drawnAt(Frames in, Study study) {
    Instant end = end(study);
    return in.run().startedAt().isAfter(end) ? in.run().startedAt() : end;
  }

  /** Those of the base who have not been drawn, drawn. */
  private static Dataset<Row> fresh(
      Frames in, Study study, Dataset<Row> base, Dataset<Row> standing) {
    DesignControlGroup design = study.designControlGroup().orElseThrow();
    Dataset<Row> known = of(standing, design.experiment()).select(Windows.CUSTOMER);
    return base.join(known, new String[] {Windows.CUSTOMER}, "left_anti")
        .select(
            lit(design.experiment()).as(ControlGroupAssignments.EXPERIMENT_ID),
            col(Windows.CUSTOMER),
            Draw.arm(design, col(Windows.CUSTOMER), col(Windows.STRATUM))
                .as(ControlGroupAssignments.ARM),
            lit(Timestamp.from(drawnAt(in, study))).as(ControlGroupAssignments.ASSIGNED_AT),
            col(Windows.STRATUM),
            Draw.share(design, col(Windows.STRATUM)).as(ControlGroupAssignments.SHARE),
            lit(Date.valueOf(study.asOf().orElseThrow().atEndOfMonth()))
                .as(ControlGroupAssignments.AS_OF),
            lit(in.run().id()).as(ControlGroupAssignments.RUN_ID));
  }

  /** Rows of a version that did not note the share get it while their design is there. */
  private static Dataset<Row> withShares(Dataset<Row> standing, DesignControlGroup design) {
    Column isOfDesign = col(ControlGroupAssignments.EXPERIMENT_ID).equalTo(design.experiment());
    return standing.withColumn(
        ControlGroupAssignments.SHARE,
        coalesce(
            col(ControlGroupAssignments.SHARE),
            when(isOfDesign, Draw.share(design, col(Windows.STRATUM)))));
  }

  private static Dataset<Row> of(Dataset<Row> assignments, String experiment) {
    return assignments.where(col(ControlGroupAssignments.EXPERIMENT_ID).equalTo(experiment));
  }

  private static void refuseDrawnElsewhere(Frames in, DesignControlGroup design) {
    if (!of(in.get(Assignments.TABLE), design.experiment()).isEmpty()) {
      throw new UserFault(
          "Experiment '%s' of design-control-group is in sources.assignments, too: it was drawn elsewhere.\nGive the new one another name."
              .formatted(design.experiment()));
    }
  }

  /** A share of a stratum that is misspelt would draw by the common one, for good. */
  private static void refuseUnknownStrata(
      Dataset<Row> base, Dataset<Row> standing, DesignControlGroup design) {
    if (design.shares().isEmpty()) {
      return;
    }
    Set<String> strata = new TreeSet<>();
    base.select(Windows.STRATUM)
        .union(of(standing, design.experiment()).select(Windows.STRATUM))
        .distinct()
        .collectAsList()
        .forEach(row -> strata.add(row.getString(0)));
    Experiments.refuseUnknown("design-control-group.shares", design.shares().keySet(), strata);
  }

  /** Nobody is moved: another salt or share would draw those otherwise who are drawn. */
  private static void refuseRedrawn(Dataset<Row> standing, DesignControlGroup design) {
    long moved =
        of(standing, design.experiment())
            .where(
                col(ControlGroupAssignments.ARM)
                    .notEqual(Draw.arm(design, col(Windows.CUSTOMER), col(Windows.STRATUM))))
            .count();
    if (moved > 0) {
      throw new UserFault(
          "Salt, share or strata of experiment '%s' were changed after it was drawn: %d customers would change arms.\nGive them back, or give the new design another name."
              .formatted(design.experiment(), moved));
    }
  }

  /** The base in its arms, with as-of as the month of reference. */
  private static Dataset<Row> assigned(
      Dataset<Row> base, Dataset<Row> drawn, DesignControlGroup design, YearMonth asOf) {
    Dataset<Row> arms =
        of(drawn, design.experiment())
            .select(Windows.EXPERIMENT, Windows.CUSTOMER, Windows.ARM, Windows.STRATUM);
    Dataset<Row> rows =
        base.drop(Windows.STRATUM)
            .join(arms, new String[] {Windows.CUSTOMER})
            .withColumn(Windows.ASSIGNED, lit(Months.number(asOf)))
            .withColumn(Windows.JOINED, lit(null).cast("int"))
            .withColumn(Windows.FIRST_CONTACT, lit(null).cast("int"));
    for (String mark : Windows.MARKS) {
      rows = rows.withColumn(mark, lit(0));
    }
    return rows;
  }

  /** Lengths for which the panel has a window and one before. */
  private static List<Integer> windows(Frames in, Study study) {
    Row first =
        in.get(CustomerMonths.TABLE)
            .agg(org.apache.spark.sql.functions.min(CustomerMonths.MONTH), count(lit(1)))
            .collectAsList()
            .get(0);
    if (first.isNullAt(0)) {
      return List.of();
    }
    int months =
        Months.number(study.asOf().orElseThrow())
            - Months.number(YearMonth.from(first.getDate(0).toLocalDate()))
            + 1;
    return Stream.concat(WINDOWS.stream(), Stream.of(Math.min(12, study.headline().horizon())))
        .filter(length -> 2 * length <= months)
        .sorted()
        .distinct()
        .toList();
  }
}
