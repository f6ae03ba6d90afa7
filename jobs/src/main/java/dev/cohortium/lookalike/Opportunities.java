package dev.cohortium.lookalike;

import dev.cohortium.evidence.Measured;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The opportunities that are looked at, from the first joining in equal segments to the last of
 * all: all taken ones and of the others a share, drawn by a hash.
 *
 * @param rules of the comparison
 * @param covariates that describe an opportunity
 * @param shares of the candidates that are drawn
 * @param metrics that are measured
 */
record Opportunities(Rules rules, Covariates covariates, Shares shares, List<Measured> metrics)
    implements Units {
  @Serial private static final long serialVersionUID = 1;

  @Override
  public List<Unit> of(Row row) {
    return of(History.of(row, rules.months()));
  }

  List<Unit> of(History history) {
    List<Unit> units = new ArrayList<>();
    Life life = null;
    for (Opportunity opportunity : Opportunity.of(history, rules)) {
      double share = shares.of(opportunity);
      if (share > 0 && (opportunity.isTaken() || opportunity.draw(rules.salt()) < share)) {
        life = life == null ? new Life(history) : life;
        units.add(new Chance(opportunity, opportunity.isTaken() ? 1 : share, life));
      }
    }
    return units;
  }

  /** What the opportunities of a customer have in common. */
  private final class Life {
    private final History history;
    private final double[] staying;

    Life(History history) {
      this.history = history;
      staying = new double[rules.months()];
    }

    /** The chance of not joining in a month, given its orders. */
    double staying(int month, Scores scores) {
      if (staying[month] == 0) {
        staying[month] = staying(month, 0, scores);
      }
      return staying[month];
    }

    /** The chance of not joining at an order of a month after the given one. */
    double staying(int month, int after, Scores scores) {
      double chance = 1;
      int orders = rules.opportunities(history.orders(month));
      for (int order = after + 1; order <= orders; order++) {
        Opportunity opportunity = new Opportunity(history, month, order, false);
        if (shares.of(opportunity) > 0) {
          chance *= 1 - scores.probability(history.group(), covariates.of(opportunity));
        }
      }
      return chance;
    }
  }

  /** An opportunity with what came of it. */
  private final class Chance implements Unit {
    private final Opportunity opportunity;
    private final double share;
    private final Life life;
    private double[] described;

    Chance(Opportunity opportunity, double share, Life life) {
      this.opportunity = opportunity;
      this.share = share;
      this.life = life;
    }

    @Override
    public String customer() {
      return life.history.customer();
    }

    @Override
    public long id() {
      return opportunity.id();
    }

    @Override
    public String group() {
      return life.history.group();
    }

    @Override
    public String block() {
      return opportunity.month() + "/" + life.history.exact();
    }

    @Override
    public int order() {
      return opportunity.order();
    }

    @Override
    public boolean isTreated() {
      return opportunity.isTaken();
    }

    @Override
    public int year() {
      return rules.day(opportunity.month()).getYear();
    }

    @Override
    public int month() {
      return opportunity.month();
    }

    @Override
    public String exact() {
      return life.history.exact();
    }

    @Override
    public double share() {
      return share;
    }

    @Override
    public double[] covariates() {
      if (described == null) {
        described = covariates.of(opportunity);
      }
      return described;
    }

    @Override
    public int months() {
      return Math.max(0, opportunity.observed(rules));
    }

    @Override
    public double after(int metric, int month) {
      return metrics
          .get(metric)
          .of(life.history, opportunity.month() + month, rules.inactiveMonths());
    }

    @Override
    public double before(int metric) {
      double sum = 0;
      for (int lag = 1; lag <= rules.preMonths(); lag++) {
        sum +=
            metrics.get(metric).of(life.history, opportunity.month() - lag, rules.inactiveMonths());
      }
      return sum / rules.preMonths();
    }

    @Override
    public int knownBefore() {
      // The month of the first order is a spike, so that it does not count.
      return Math.max(0, opportunity.month() - rules.preMonths() - 1 - life.history.acquired());
    }

    @Override
    public double longBefore(int metric, int month) {
      return metrics
          .get(metric)
          .of(
              life.history,
              opportunity.month() - rules.preMonths() - month,
              rules.inactiveMonths());
    }

    @Override
    public double staysOut(int month, Scores scores) {
      if (opportunity.isTaken()) {
        return 1;
      }
      int until = rules.outUntil(opportunity.month() + month);
      if (life.history.joined() < until) {
        return 0;
      }
      double chance = life.staying(opportunity.month(), opportunity.order(), scores);
      for (int before = opportunity.month() + 1; before < until; before++) {
        chance *= life.staying(before, scores);
      }
      return 1 / chance;
    }
  }
}
