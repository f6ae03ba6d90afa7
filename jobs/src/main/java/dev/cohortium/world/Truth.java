package dev.cohortium.world;

import dev.cohortium.world.HoldOut.Arm;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** What joining, and what the experiment, did to one customer: differences of two of its lives. */
final class Truth {
  static final String CUSTOMER_ID = "customer_id";
  static final String REPLICATE = "replicate";
  static final String REGION = "region";
  static final String IS_KNOWN = "is_known";
  static final String ARRIVAL_MONTH = "arrival_month";
  static final String JOINING_MONTH = "joining_month";
  static final String EXPERIMENT_ID = "experiment_id";
  static final String METRIC = "metric";
  static final String HORIZON_MONTHS = "horizon_months";
  static final String TREATED = "treated";
  static final String VS_STAY_OUT = "difference_vs_stay_out";
  static final String VS_AS_USUAL = "difference_vs_as_usual";
  static final String VS_CONTROL = "difference_vs_control";
  static final String IS_COMPLIER = "is_complier";

  /** Experiment of the rows that are about joining. */
  static final String NO_EXPERIMENT = "-";

  /**
   * One row per customer, experiment, metric and horizon. Rows without an experiment ({@code -})
   * are of members: the mean of the months after the joining month, less what it had been. Rows of
   * an experiment are of everybody assigned: the mean of the months after the assignment in
   * treatment, less that in control, whatever the arm; a complier joins in these months in
   * treatment alone. Windows beyond the last month are left out.
   *
   * <p>Who is known has been identified before joining; the arrival month is that from which on the
   * sources can show it, so never before the first. The arm is that of the hold-out, in rows of
   * joining, too, for those who were assigned before they joined.
   */
  static final StructType SCHEMA =
      StructType.fromDDL(
          "customer_id string, replicate int, region string, is_known boolean, arrival_month date,"
              + " experiment_id string, arm string, metric string, horizon_months int, joining_month date, window_start date,"
              + " treated double, difference_vs_stay_out double, difference_vs_as_usual double,"
              + " difference_vs_control double, is_complier boolean");

  private final Setting setting;
  private final Life life;
  private final Path actual;
  private final List<Row> rows = new ArrayList<>();

  private Truth(Setting setting, Life life) {
    this.setting = setting;
    this.life = life;
    this.actual = life.actual();
  }

  /** All rows about one customer. */
  static List<Row> of(Setting setting, Life life) {
    Truth truth = new Truth(setting, life);
    if (truth.actual.hasJoined()) {
      truth.addJoining();
    }
    if (truth.isAssigned()) {
      truth.addExperiment(life.holdOut().assigned().getAsInt());
    }
    return truth.rows;
  }

  private boolean isAssigned() {
    return life.holdOut().assigned().isPresent()
        && actual.joinedAt() >= life.holdOut().assigned().getAsInt();
  }

  private void addJoining() {
    Path out = life.stayingOut(actual);
    Path usual = life.asUsual(actual);
    int first = actual.joiningMonth() + 1;
    for (int months : horizonsFrom(first)) {
      for (Outcome outcome : Outcome.OF_JOINING) {
        double treated = outcome.mean(actual, first, months);
        add(
            NO_EXPERIMENT,
            outcome,
            months,
            first,
            treated,
            treated - outcome.mean(out, first, months),
            treated - outcome.mean(usual, first, months),
            null,
            null);
      }
    }
  }

  /** Those whose window is complete. */
  private List<Integer> horizonsFrom(int first) {
    return setting.world().horizons().stream()
        .filter(months -> first + months <= setting.months())
        .toList();
  }

  private void addExperiment(int first) {
    boolean isControl = life.holdOut().arm() == Arm.CONTROL;
    Path treatment = isControl ? life.inOtherArm(actual) : actual;
    Path control = isControl ? actual : life.inOtherArm(actual);
    String experiment = setting.world().experiment().id();
    for (int months : horizonsFrom(first)) {
      double end = first + months;
      boolean isComplier = treatment.joinedAt() < end && control.joinedAt() >= end;
      for (Outcome outcome : Outcome.values()) {
        double treated = outcome.mean(treatment, first, months);
        double difference = treated - outcome.mean(control, first, months);
        add(experiment, outcome, months, first, treated, null, null, difference, isComplier);
      }
    }
  }

  private void add(
      String experiment,
      Outcome outcome,
      int months,
      int first,
      double treated,
      Double vsStayOut,
      Double vsAsUsual,
      Double vsControl,
      Boolean isComplier) {
    Person person = life.person();
    rows.add(
        RowFactory.create(
            person.id(),
            person.replicate(),
            setting.regionName(person.region()),
            person.isKnown(),
            setting.calendar().day(Math.max(0, (int) person.arrival())),
            experiment,
            isAssigned() ? life.holdOut().arm().word() : null,
            outcome.word(),
            months,
            actual.hasJoined() ? setting.calendar().day(actual.joiningMonth()) : null,
            setting.calendar().day(first),
            treated,
            vsStayOut,
            vsAsUsual,
            vsControl,
            isComplier));
  }
}
