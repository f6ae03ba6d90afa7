package dev.cohortium.runtime;

import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.table.ReceiptMonths;
import java.time.YearMonth;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.apache.spark.sql.Row;

/** The last month that is used. */
final class AsOf {
  private AsOf() {}

  /**
   * The months of the panel.
   *
   * @throws UserFault if there is none for {@code job} to read
   */
  static NavigableSet<YearMonth> months(Warehouse warehouse, Job job) {
    if (!warehouse.has(ReceiptMonths.TABLE)) {
      throw new UserFault(
          "Job "
              + job.name()
              + " reads the panel, which "
              + warehouse.location()
              + " does not have yet. Run ingest and panel first, or run.");
    }
    NavigableSet<YearMonth> months = new TreeSet<>();
    for (Row row :
        warehouse
            .read(ReceiptMonths.TABLE)
            .select(ReceiptMonths.MONTH)
            .distinct()
            .collectAsList()) {
      months.add(YearMonth.from(row.getDate(0).toLocalDate()));
    }
    return months;
  }

  /**
   * The study with its as-of: what it says, else the last month with receipts whose successor has
   * receipts too (so that a stray date in the future never counts).
   *
   * @param months with receipts
   * @throws UserFault if there is no such month
   */
  static Study in(NavigableSet<YearMonth> months, Study asked) {
    if (months.isEmpty()) {
      throw new UserFault(
          "The panel of study '"
              + asked.name()
              + "' has no receipts at all: nothing can be measured. See show quarantine.");
    }
    if (asked.asOf().isPresent()) {
      YearMonth asOf = asked.asOf().get();
      if (asOf.isBefore(months.first()) || asOf.isAfter(months.last())) {
        throw new UserFault(
            "Study '"
                + asked.name()
                + "' asks for as-of "
                + asOf
                + ", but transactions lie in "
                + months.first()
                + ".."
                + months.last()
                + ". Name a month of these with --as-of, or ingest the later months first.");
      }
      return asked;
    }
    return months.descendingSet().stream()
        .filter(month -> months.contains(month.plusMonths(1)))
        .findFirst()
        .map(asked::withAsOf)
        .orElseThrow(
            () ->
                new UserFault(
                    "No month of study '"
                        + asked.name()
                        + "' can be taken as complete: transactions lie in "
                        + months
                        + " and none of these months is followed by another. Name the last complete one with --as-of YYYY-MM."));
  }
}
