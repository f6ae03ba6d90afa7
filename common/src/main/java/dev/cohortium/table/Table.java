package dev.cohortium.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the rows of a table mean.
 *
 * @param layer where it stands
 * @param name its name in the warehouse and in BI tools
 * @param grain what one row is, in a sentence
 * @param key the columns that name a row; unique in the table
 * @param columns all columns, in order
 * @param partitionedBy the columns whose values are its folders
 * @param rules what must hold inside a row
 * @param publication whether BI tools get it as one Parquet file
 * @param isLasting whether it has rows that no run computes again: they outlive its declaration
 */
public record Table(
    Layer layer,
    String name,
    String grain,
    List<String> key,
    List<Column> columns,
    List<String> partitionedBy,
    List<Rule> rules,
    Publication publication,
    boolean isLasting) {

  private static final String JOB = "job";

  /** When a table is put out as one Parquet file. */
  public enum Publication {
    ALWAYS,
    /** Only when the study names it under {@code publish}: it is large, or tells persons. */
    ON_REQUEST,
    NEVER
  }

  public Table {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
    partitionedBy = List.copyOf(partitionedBy);
    rules = List.copyOf(rules);
    List<String> names = columns.stream().map(Column::name).toList();
    if (names.stream().distinct().count() != names.size()) {
      throw new IllegalArgumentException("table " + name + " names a column twice: " + names);
    }
    if (!names.containsAll(key) || !names.containsAll(partitionedBy)) {
      throw new IllegalArgumentException("table " + name + " has a key it does not declare");
    }
  }

  /** Starts the declaration of a table. */
  public static Builder in(Layer layer, String name, String grain) {
    return new Builder(layer, name, grain);
  }

  public List<String> columnNames() {
    return columns.stream().map(Column::name).toList();
  }

  public Optional<Column> column(String columnName) {
    return columns.stream().filter(c -> c.name().equals(columnName)).findFirst();
  }

  /**
   * Whether several jobs write it: a run of one replaces the rows of its own column {@code job} and
   * of its {@code as_of}, and leaves those of others and of other months.
   */
  public boolean isShared() {
    return isShared(partitionedBy);
  }

  private static boolean isShared(List<String> partitionedBy) {
    return !partitionedBy.isEmpty() && partitionedBy.get(0).equals(JOB);
  }

  @Override
  public String toString() {
    return name;
  }

  /** Collects a declaration. */
  public static final class Builder {
    private final Layer layer;
    private final String name;
    private final String grain;
    private final List<Column> columns = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private List<String> key = List.of();
    private List<String> partitionedBy = List.of();
    private Publication publication;
    private boolean isLasting;

    private Builder(Layer layer, String name, String grain) {
      this.layer = layer;
      this.name = name;
      this.grain = grain;
      this.publication = layer == Layer.MARTS ? Publication.ALWAYS : Publication.NEVER;
    }

    public Builder key(String... names) {
      key = List.of(names);
      return this;
    }

    public Builder with(Column... more) {
      columns.addAll(List.of(more));
      return this;
    }

    public Builder rule(String sql, String sentence) {
      rules.add(new Rule(sql, sentence));
      return this;
    }

    public Builder partitionedBy(String... names) {
      partitionedBy = List.of(names);
      return this;
    }

    public Builder published(Publication when) {
      publication = when;
      return this;
    }

    /** It has rows that no run computes again, as shared tables have, too. */
    public Builder lasting() {
      isLasting = true;
      return this;
    }

    public Table build() {
      return new Table(
          layer,
          name,
          grain,
          key,
          columns,
          partitionedBy,
          rules,
          publication,
          isLasting || isShared(partitionedBy));
    }
  }
}
