package dev.cohortium.panel;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import dev.cohortium.config.Study;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.Rewards;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Sums the clean tables into the panel, over all months whatever the as-of; of a panel that stands
 * only the months that changed are made again.
 */
public final class PanelJob implements Job {
  @Override
  public String name() {
    return "panel";
  }

  @Override
  public String sentence() {
    return "Sums receipts into customer-months, store-months and joinings.";
  }

  @Override
  public boolean isConfiguredIn(Study study) {
    return study.sources().containsKey(Transactions.TABLE.name());
  }

  @Override
  public List<Table> reads() {
    return List.of(Transactions.TABLE, Enrolments.TABLE, Rewards.TABLE);
  }

  @Override
  public List<Table> writes() {
    return List.of(CustomerMonths.TABLE, ReceiptMonths.TABLE, Joinings.TABLE);
  }

  @Override
  public String settings(Study study) {
    return study.timeZone().getId();
  }

  @Override
  public Frames run(Frames in, Study study) {
    ZoneId zone = study.timeZone();
    Optional<Set<LocalDate>> changed = changedMonths(in, zone);
    if (changed.isEmpty()) {
      return whole(in, zone);
    }
    return changed.get().isEmpty() ? new Frames(in.session()) : some(in, changed.get(), zone);
  }

  private static Frames whole(Frames in, ZoneId zone) {
    Receipts receipts = Receipts.of(in.get(Transactions.TABLE), in::keep);
    return new Frames(in.session())
        .with(CustomerMonths.TABLE, customerMonths(in, receipts, in.get(Rewards.TABLE), zone))
        .with(ReceiptMonths.TABLE, Panel.receiptMonths(receipts))
        .with(Joinings.TABLE, Joining.joinings(in.get(Enrolments.TABLE), receipts, zone));
  }

  /** The rows of {@code months}; those of the other months stand as they are. */
  private static Frames some(Frames in, Set<LocalDate> months, ZoneId zone) {
    in.run().progress().note("panel: " + months.size() + " months changed");
    Object[] days = months.stream().map(java.sql.Date::valueOf).toArray();
    Receipts receipts =
        Receipts.of(in.get(Transactions.TABLE).where(col(Transactions.MONTH).isin(days)), in::keep);
    Dataset<Row> rewards =
        in.get(Rewards.TABLE).where(LocalTime.month(col(Rewards.OCCURRED_AT), zone).isin(days));
    Dataset<Row> customerMonths = customerMonths(in, receipts, rewards, zone);
    Frames out =
        new Frames(in.session())
            .with(CustomerMonths.TABLE, customerMonths, months)
            .with(ReceiptMonths.TABLE, Panel.receiptMonths(receipts), months);
    if (!in.has(Enrolments.TABLE)) {
      return out;
    }
    Dataset<Row> joinings =
        Joining.joinings(in.get(Enrolments.TABLE), receipts, zone)
            .where(col(Joinings.JOINING_MONTH).isin(days))
            .unionByName(
                in.standing(Joinings.TABLE).where(not(col(Joinings.JOINING_MONTH).isin(days))));
    Dataset<Row> history =
        in.standing(CustomerMonths.TABLE)
            .where(not(col(CustomerMonths.MONTH).isin(days)))
            .unionByName(customerMonths);
    return out.with(Joinings.TABLE, Joining.acquired(joinings, history));
  }

  private static Dataset<Row> customerMonths(
      Frames in, Receipts receipts, Dataset<Row> rewards, ZoneId zone) {
    return in.has(Rewards.TABLE)
        ? Panel.customerMonths(receipts, rewards, zone)
        : Panel.customerMonths(receipts, zone);
  }

  /**
   * The months to make again: those whose receipts, points or joinings changed. Empty: not known,
   * so all of them.
   */
  private static Optional<Set<LocalDate>> changedMonths(Frames in, ZoneId zone) {
    Set<LocalDate> months = new TreeSet<>();
    List<Optional<Set<LocalDate>>> changes =
        List.of(
            in.changedMonths(Transactions.TABLE, rows -> rows, col(Transactions.MONTH)),
            in.changedMonths(
                Rewards.TABLE, rows -> rows, LocalTime.month(col(Rewards.OCCURRED_AT), zone)),
            in.changedMonths(
                Enrolments.TABLE,
                rows -> Joining.members(rows, zone),
                col(Joinings.JOINING_MONTH)));
    for (Optional<Set<LocalDate>> change : changes) {
      if (change.isEmpty()) {
        return Optional.empty();
      }
      months.addAll(change.get());
    }
    return Optional.of(months);
  }
}
