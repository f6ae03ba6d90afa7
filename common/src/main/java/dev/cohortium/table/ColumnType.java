package dev.cohortium.table;

/** The types a column may have, each with its name in SQL. */
public enum ColumnType {
  STRING("STRING"),
  INT("INT"),
  LONG("BIGINT"),
  DOUBLE("DOUBLE"),
  BOOLEAN("BOOLEAN"),
  DATE("DATE"),
  TIMESTAMP("TIMESTAMP"),
  /** Money or a quantity on one line. */
  AMOUNT("DECIMAL(18,4)"),
  /** Money or a quantity summed over lines. */
  AMOUNT_SUM("DECIMAL(20,4)"),
  TEXT_MAP("MAP<STRING,STRING>");

  private final String sql;

  ColumnType(String sql) {
    this.sql = sql;
  }

  /** The type's name in Spark SQL, as in {@code DECIMAL(18,4)}. */
  public String sql() {
    return sql;
  }
}
