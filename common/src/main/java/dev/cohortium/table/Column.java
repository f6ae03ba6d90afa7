package dev.cohortium.table;

import java.util.List;

/**
 * One column of a table.
 *
 * @param name snake_case
 * @param type its type, the same in Delta and in Parquet
 * @param presence whether a row may stand without it
 * @param privacy whether it can tell a person
 * @param sentence what a value means, with its unit
 * @param allowed the only values it may take; empty: any
 */
public record Column(
    String name,
    ColumnType type,
    Presence presence,
    Privacy privacy,
    String sentence,
    List<String> allowed) {

  /** Whether a row may stand without a value. */
  public enum Presence {
    REQUIRED,
    OPTIONAL
  }

  /** Whether a value can tell a person. */
  public enum Privacy {
    PERSONAL,
    PLAIN
  }

  public Column {
    allowed = List.copyOf(allowed);
  }

  /** A column that every row has. */
  public static Column required(String name, ColumnType type, String sentence) {
    return new Column(name, type, Presence.REQUIRED, Privacy.PLAIN, sentence, List.of());
  }

  /** A column that may be null. */
  public static Column optional(String name, ColumnType type, String sentence) {
    return new Column(name, type, Presence.OPTIONAL, Privacy.PLAIN, sentence, List.of());
  }

  /** This column, marked as one that can tell a person. */
  public Column personal() {
    return new Column(name, type, presence, Privacy.PERSONAL, sentence, allowed);
  }

  /** This column, limited to {@code values}. */
  public Column oneOf(String... values) {
    return new Column(name, type, presence, privacy, sentence, List.of(values));
  }

  public boolean isRequired() {
    return presence == Presence.REQUIRED;
  }
}
