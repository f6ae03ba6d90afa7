package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;

/** What R's did 2.5.1 says of the {@link Counties}: mpdta/reference.json, att_gt. */
final class Mpdta {
  static final String FILE = "mpdta/reference.json";

  /** Of an effect, or of an error where it is the smaller. */
  private static final double TOLERANCE = 1e-9;

  private final String variant;
  private final GroupTimeEffects effects;
  private final Function<List<LinearForm>, JointEffects> joint;

  private Mpdta(
      String variant, GroupTimeEffects effects, Function<List<LinearForm>, JointEffects> joint) {
    this.variant = variant;
    this.effects = effects;
    this.joint = joint;
  }

  /** Asserts that a study is that of a variant. */
  static void agree(String variant, EventStudy study) {
    new Mpdta(variant, study.effects(), study::joint).agree();
  }

  /** Asserts that a study is that of a variant. */
  static void agree(String variant, CovariateEventStudy study) {
    new Mpdta(variant, study.effects(), study::joint).agree();
  }

  /** Asserts that all covariances of effects are those of a variant. */
  static void agreeInCovariances(String variant, EventStudy study) {
    JointEffects each = study.joint(study.effects().aggregates().each());
    for (int one = 0; one < each.size(); one++) {
      List<Double> row = References.row(FILE, one, "att_gt", variant, "V_over_n");
      assertThat(row).hasSize(each.size());
      for (int other = 0; other < each.size(); other++) {
        double scale = Math.sqrt(each.covariance(one, one) * each.covariance(other, other));
        assertThat(each.covariance(one, other)).isCloseTo(row.get(other), within(1e-9 * scale));
      }
    }
  }

  /** Asserts that the test before joining is that of a variant; R rounds its p-value. */
  static void agreeInWald(String variant, Wald wald) {
    double statistic = References.row(FILE, 0, "att_gt", variant, "wald_pretest").get(0);
    double pValue = References.row(FILE, 0, "att_gt", variant, "wald_p").get(0);
    References.agree(wald.statistic(), statistic);
    assertThat(wald.pValue()).isCloseTo(pValue, within(5e-6));
    assertThat(wald.degreesOfFreedom()).isEqualTo(5);
  }

  private void agree() {
    cells();
    bands("dynamic", effects.aggregates().byEventMonth());
    overall("dynamic", Aggregates.mean(effects.aggregates().byEventMonth(), 0, last(effects)));
    bands("dynamic_balance_e1", effects.aggregates().balancedByEventMonth(1));
    overall(
        "dynamic_balance_e1", Aggregates.mean(effects.aggregates().balancedByEventMonth(1), 0, 1));
    overall("simple", effects.aggregates().simple(0));
    bands("group", effects.aggregates().byCohort(0));
    overall("group", effects.aggregates().overCohorts(0));
    bands("calendar", effects.aggregates().byMonth(0));
    overall(
        "calendar",
        Optional.of(LinearForm.mean(List.copyOf(effects.aggregates().byMonth(0).values()))));
  }

  private static int last(GroupTimeEffects effects) {
    return effects.aggregates().byEventMonth().lastKey();
  }

  private void cells() {
    List<Double> errors = errors("se");
    List<Double> values = list("att");
    List<Double> cohorts = list("group");
    List<Double> months = list("t");
    JointEffects each = joint.apply(effects.aggregates().each());
    int at = 0;
    for (int row = 0; row < values.size(); row++) {
      if (errors.get(row) > 0) {
        GroupTimeEffects.Cell cell = effects.cells().get(at);
        assertThat(cell.joined()).isEqualTo(cohorts.get(row).intValue() - Counties.FIRST_YEAR);
        assertThat(cell.month()).isEqualTo(months.get(row).intValue() - Counties.FIRST_YEAR);
        agree(each.effect(at++), values.get(row), errors.get(row));
      }
    }
    assertThat(at).isEqualTo(effects.cells().size());
  }

  private void bands(String aggregate, SortedMap<Integer, LinearForm> forms) {
    List<Double> keys = list("agg", aggregate, "egt");
    List<Double> values = list("agg", aggregate, "att");
    List<Double> errors = errors("agg", aggregate, "se");
    JointEffects found = joint.apply(List.copyOf(forms.values()));
    List<Integer> places = List.copyOf(forms.keySet());
    int at = 0;
    for (int row = 0; row < keys.size(); row++) {
      if (errors.get(row) > 0) {
        int key = keys.get(row).intValue();
        assertThat(places.get(at)).isEqualTo(key > 1000 ? key - Counties.FIRST_YEAR : key);
        agree(found.effect(at++), values.get(row), errors.get(row));
      }
    }
    assertThat(at).isEqualTo(forms.size());
  }

  private void overall(String aggregate, Optional<LinearForm> form) {
    Measurement found = joint.apply(List.of(form.orElseThrow())).effect(0);
    agree(
        found,
        References.number(FILE, "att_gt", variant, "agg", aggregate, "overall_att"),
        References.number(FILE, "att_gt", variant, "agg", aggregate, "overall_se"));
  }

  private void agree(Measurement found, double value, double error) {
    Estimate estimate = References.measured(found);
    double scale = Math.max(Math.abs(value), error);
    assertThat(estimate.value()).as(variant).isCloseTo(value, within(TOLERANCE * scale));
    assertThat(estimate.stdError()).as(variant).isCloseTo(error, within(TOLERANCE * error));
  }

  private List<Double> list(String... keys) {
    return References.list(FILE, path(keys));
  }

  /** Errors; 0 where R gives none. */
  private List<Double> errors(String... keys) {
    return References.listWithGaps(FILE, 0, path(keys));
  }

  private String[] path(String... keys) {
    String[] path = new String[keys.length + 2];
    path[0] = "att_gt";
    path[1] = variant;
    System.arraycopy(keys, 0, path, 2, keys.length);
    return path;
  }
}
