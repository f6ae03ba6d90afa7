package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.CovariateEffect;
import dev.cohortium.stats.CovariateMoments;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.GroupTimeEffects.Gap;
import dev.cohortium.stats.InfluenceSums;
import dev.cohortium.stats.JointEffects;
import dev.cohortium.stats.LinearForm;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The effects on one metric given covariates by one method, and the pass that tells their errors.
 */
final class Adjusted {
  private final Variant variant;
  private final int metric;
  private final Found universal;
  private final Found varying;
  private final Forms forms;
  private final List<LinearForm> asked;
  private Errors errors;

  Adjusted(Variant variant, int metric, Found universal, Found varying, Window window) {
    this.variant = variant;
    this.metric = metric;
    this.universal = universal;
    this.varying = varying;
    forms = new Forms(universal.effects(), window);
    asked = forms.all();
  }

  /**
   * Effects against one base.
   *
   * @param fitted what each customer moves them by, in the order of their cells
   */
  record Found(GroupTimeEffects effects, List<CovariateEffect> fitted) {
    static Found of(
        CovariateMoments moments,
        StaggeredDesign design,
        Variant variant,
        int metric,
        Map<Adjusting.Estimand, CovariateEffect> effects,
        Map<Adjusting.Estimand, String> reasons) {
      List<Cell> cells = new ArrayList<>();
      List<Gap> gaps = new ArrayList<>();
      List<CovariateEffect> fitted = new ArrayList<>();
      for (Comparison of : moments.comparisons()) {
        var estimand = new Adjusting.Estimand(design.base(), variant, metric, of);
        CovariateEffect effect = effects.get(estimand);
        if (effect == null) {
          gaps.add(new Gap(of.joined(), of.month(), reasons.get(estimand)));
        } else {
          fitted.add(effect);
          cells.add(
              new Cell(
                  of.joined(),
                  of.month(),
                  of.base(),
                  effect.value(),
                  moments.level(of),
                  moments.treated(of),
                  moments.controls(of),
                  0));
        }
      }
      return new Found(GroupTimeEffects.of(design, cells, gaps), fitted);
    }

    /** What a pass over customers needs of them. */
    Passed passed(int metric) {
      return new Passed(
          effects.design(),
          metric,
          effects.cells(),
          effects.cells().stream().map(Cell::comparison).toList(),
          List.copyOf(fitted),
          IntStream.range(0, fitted.size()).map(effects::levelOf).boxed().toList(),
          Arrays.stream(effects.cohorts()).boxed().toList());
    }
  }

  /** Effects with what customers move them by, as it travels to where they lie. */
  private record Passed(
      StaggeredDesign design,
      int metric,
      List<Cell> cells,
      List<Comparison> comparisons,
      List<CovariateEffect> fitted,
      List<Integer> levels,
      List<Integer> cohorts)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    Role role(int place, Life life) {
      return design.role(comparisons.get(place), life.joined(), life.acquired());
    }

    double influence(int place, Life life, double[] covariates, Gathering of, Role role) {
      double change = of.change(life, metric, cells.get(place).month(), cells.get(place).base());
      return fitted.get(place).influence(covariates, change, role == Role.TREATED);
    }

    double level(int place, Life life, Gathering of) {
      Cell cell = cells.get(place);
      return cell.ofLevel(of.value(life, metric, cell.month()));
    }

    /** The place of a customer's cohort; -1: in none. */
    int cohort(Life life) {
      boolean isKnown =
          life.joined() != StaggeredDesign.NEVER
              && life.acquired() <= life.joined() - design.preMonths();
      return isKnown ? cohorts.indexOf(life.joined()) : -1;
    }
  }

  /** Adds what a customer moves the effects from both bases by. */
  private static void add(
      Errors errors,
      Passed universal,
      Passed varying,
      Life life,
      double[] covariates,
      Gathering of) {
    int most = universal.cells().size();
    int[] places = new int[2 * most];
    double[] influences = new double[2 * most];
    int count = 0;
    for (int place = 0; place < most; place++) {
      Role role = universal.role(place, life);
      if (role != Role.NEITHER) {
        places[count] = place;
        influences[count++] = universal.influence(place, life, covariates, of, role);
      }
      if (role == Role.TREATED && universal.levels().get(place) >= 0) {
        places[count] = universal.levels().get(place);
        influences[count++] = universal.level(place, life, of);
      }
    }
    errors.onForms().add(places, influences, count, universal.cohort(life));
    for (int place = 0; place < varying.cells().size(); place++) {
      Role role = varying.role(place, life);
      if (role != Role.NEITHER) {
        errors.moved()[place] = varying.influence(place, life, covariates, of, role);
      }
    }
    errors.square();
  }

  /** Sums the errors of all of {@code found} in one pass. */
  static List<Adjusted> withErrors(Dataset<Row> lives, Gathering gathering, List<Adjusted> found) {
    Passed[] universal =
        found.stream().map(of -> of.universal.passed(of.metric)).toArray(Passed[]::new);
    Passed[] varying =
        found.stream().map(of -> of.varying.passed(of.metric)).toArray(Passed[]::new);
    InfluenceSums[] none =
        found.stream().map(of -> new InfluenceSums(of.asked)).toArray(InfluenceSums[]::new);
    Map<Integer, Errors> errors =
        Sweep.byKey(
            lives,
            (Map<Integer, Errors> states, Row row) -> {
              Life life = Life.of(row, gathering.window());
              double[] covariates = gathering.covariates().of(row);
              for (int place = 0; place < none.length; place++) {
                int of = place;
                Errors state =
                    states.computeIfAbsent(
                        place, key -> new Errors(none[of].none(), varying[of].cells().size()));
                add(state, universal[of], varying[of], life, covariates, gathering);
              }
            },
            Errors::plus);
    for (int place = 0; place < none.length; place++) {
      found.get(place).errors =
          errors.getOrDefault(place, new Errors(none[place], varying[place].cells().size()));
    }
    return found;
  }

  Variant variant() {
    return variant;
  }

  /** The place of the metric. */
  int metric() {
    return metric;
  }

  /** What was found, with its errors. */
  Studied studied() {
    JointEffects joint = errors.onForms().joint(0);
    IdentityHashMap<LinearForm, Integer> places = places(asked);
    return new Studied(
        variant,
        universal.effects(),
        forms,
        some -> joint.of(some.stream().mapToInt(places::get).toArray()),
        Optional.of(Studied.Monthly.of(varying.effects(), errors.squares())),
        forms.means(),
        Optional.empty());
  }

  /** The place of each form, which is itself only. */
  static IdentityHashMap<LinearForm, Integer> places(List<LinearForm> forms) {
    IdentityHashMap<LinearForm, Integer> places = new IdentityHashMap<>();
    for (int place = 0; place < forms.size(); place++) {
      places.put(forms.get(place), place);
    }
    return places;
  }
}
