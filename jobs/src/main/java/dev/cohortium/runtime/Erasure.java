package dev.cohortium.runtime;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.cohortium.config.UserFault;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.ControlGroupAssignments;
import dev.cohortium.table.Forgotten;
import dev.cohortium.table.Layer;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import io.delta.tables.DeltaTable;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.RowFactory;

/**
 * Erases a customer from the clean tables, quarantine, the panel and the control groups drawn. What
 * is delivered of the customer from then on is filtered: the warehouse remembers whom, by a hash of
 * the id.
 */
public final class Erasure {
  private final RunContext context;

  /** Erases from the warehouse of {@code context}. */
  public Erasure(RunContext context) {
    this.context = context;
  }

  /** The tables that may hold a customer. */
  private static List<Table> tables() {
    // Of the marts, the one that is not made anew from these.
    return Stream.of(
            Catalogue.in(Layer.CLEAN),
            Catalogue.in(Layer.PANEL),
            List.of(ControlGroupAssignments.TABLE))
        .flatMap(List::stream)
        .filter(
            table ->
                table.equals(Quarantine.TABLE)
                    || table.column(Transactions.CUSTOMER_ID).isPresent())
        .toList();
  }

  /**
   * Erases {@code customer}.
   *
   * @return a line for each table, and what follows
   * @throws UserFault if nothing is known of the customer
   */
  public List<String> run(String customer) {
    try (Writing writing = new Writing(context)) {
      Warehouse warehouse = writing.warehouse();
      List<Table> tables = tables().stream().filter(warehouse::has).toList();
      List<String> lines = new ArrayList<>();
      List<Table> owned = Stream.concat(tables.stream(), Stream.of(Forgotten.TABLE)).toList();
      writing.recorded(
          "forget",
          Optional.empty(),
          null,
          Versions.parse(""),
          owned,
          () -> {
            writing.begin();
            long rows = 0;
            for (Table table : tables) {
              long erased = erased(writing, table, customer);
              rows += erased;
              if (erased > 0) {
                lines.add(String.format(Locale.ROOT, "%s: %,d rows erased", table, erased));
              }
            }
            remember(writing, customer);
            return String.format(Locale.ROOT, "%,d rows erased", rows);
          });
      writing.saveLedger();
      lines.addAll(whatFollows(warehouse, lines.isEmpty()));
      return lines;
    }
  }

  private long erased(Writing writing, Table table, String customer) {
    context.progress().step("forget: erasing from " + table);
    Column isTheirs =
        table.equals(Quarantine.TABLE)
            ? mentions(col(Quarantine.ROW), customer)
            : col(Transactions.CUSTOMER_ID).equalTo(customer);
    Warehouse warehouse = writing.warehouse();
    long rows = warehouse.read(table).where(isTheirs).count();
    if (rows > 0) {
      DeltaTable.forPath(context.session(), warehouse.path(table)).delete(isTheirs);
    }
    if (rows > 0 && writing.isPublished(table)) {
      writing.publish(table);
    }
    return rows;
  }

  /** A rejected row has no columns yet: the id stands in its text as a word of its own. */
  private static Column mentions(Column text, String customer) {
    return text.rlike("(^|[^\\p{L}\\p{N}])" + Pattern.quote(customer) + "($|[^\\p{L}\\p{N}])");
  }

  private static void remember(Writing writing, String customer) {
    Warehouse warehouse = writing.warehouse();
    String hash = Digest.whole(customer);
    boolean isNew =
        !warehouse.has(Forgotten.TABLE)
            || warehouse
                .read(Forgotten.TABLE)
                .where(col(Forgotten.CUSTOMER_HASH).equalTo(lit(hash)))
                .isEmpty();
    if (isNew) {
      warehouse.append(
          Forgotten.TABLE,
          warehouse.rows(
              Forgotten.TABLE, List.of(RowFactory.create(hash, Timestamp.from(writing.now())))));
    }
  }

  private static List<String> whatFollows(Warehouse warehouse, boolean isNothing) {
    List<String> lines = new ArrayList<>();
    if (isNothing) {
      lines.add("No table holds this customer; what is delivered of it from now on is left out.");
      return lines;
    }
    String marts =
        Stream.concat(
                Stream.of(dev.cohortium.table.ReceiptMonths.TABLE),
                Catalogue.in(Layer.MARTS).stream())
            .filter(warehouse::has)
            .map(Table::name)
            .collect(Collectors.joining(", "));
    if (!marts.isEmpty()) {
      lines.add("The next run computes again: " + marts + ".");
    }
    lines.add(
        "Earlier versions of the tables hold the rows until maintain deletes their files, "
            + Warehouse.RETENTION.toDays()
            + " days from now at the earliest. The sources still have them; what they deliver of"
            + " this customer from now on is left out and counted as filtered:forgotten.");
    return lines;
  }
}
