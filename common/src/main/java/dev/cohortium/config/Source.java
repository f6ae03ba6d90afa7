package dev.cohortium.config;

import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the rows of one canonical table come from and how they are mapped.
 *
 * @param table name of the canonical table it fills
 * @param format how it is read
 * @param path files, folders or globs; empty for JDBC
 * @param options the reader's own options (JDBC: url, query or dbtable, user, password, driver)
 * @param types SQL type by source column; what does not parse is quarantined
 * @param columns SQL expression over the source's typed columns, by canonical column
 * @param attributes SQL expression by attribute name (customers only)
 * @param filters SQL condition by name; rows that meet one are left out and counted under the first
 * @param duplicates what becomes of exact repeats of a whole source row
 * @param delivery which rows of a receipt belong together
 * @param increment what of a database or Delta table is read after the first time; empty: all
 * @param timeZone where its timestamps without an offset are local
 */
public record Source(
    String table,
    Format format,
    List<String> path,
    Map<String, String> options,
    Map<String, String> types,
    Map<String, String> columns,
    Map<String, String> attributes,
    Map<String, String> filters,
    Duplicates duplicates,
    Delivery delivery,
    Optional<Increment> increment,
    ZoneId timeZone) {

  /** Without the options: they may hold a password. */
  @Override
  public String toString() {
    return table + " from " + format + " " + path;
  }

  /** How a source is read. */
  public enum Format {
    CSV,
    JSON,
    PARQUET,
    DELTA,
    JDBC
  }

  /** What becomes of exact repeats of a whole source row. */
  public enum Duplicates {
    DROP,
    KEEP
  }

  /** What one delivery is: its lines of a receipt are united, a later one replaces the receipt. */
  public enum Delivery {
    /** All files that one run takes in. */
    RUN,
    /** Each file. */
    FILE
  }

  /**
   * Rows beyond those already read.
   *
   * @param column the source's column that grows
   * @param overlap how far below the greatest value seen is read again: a number, or a time such as
   *     {@code 2 days}
   */
  public record Increment(String column, String overlap) {}
}
