package dev.cohortium.panel;

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
import java.time.ZoneId;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Sums the clean tables into the panel, over all months whatever the as-of. */
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
  public Frames run(Frames in, Study study) {
    ZoneId zone = study.timeZone();
    Dataset<Row> receipts = in.keep(Receipts.receipts(in.get(Transactions.TABLE), in::keep));
    Dataset<Row> customerMonths =
        in.has(Rewards.TABLE)
            ? Panel.customerMonths(receipts, in.get(Rewards.TABLE), zone)
            : Panel.customerMonths(receipts, zone);
    return new Frames(in.session())
        .with(CustomerMonths.TABLE, customerMonths)
        .with(ReceiptMonths.TABLE, Panel.receiptMonths(receipts))
        .with(Joinings.TABLE, Joining.joinings(in.get(Enrolments.TABLE), receipts, zone));
  }
}
