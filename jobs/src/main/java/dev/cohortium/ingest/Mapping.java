package dev.cohortium.ingest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.left;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_csv;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.upper;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cohortium.config.Source;
import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.ingest.Judged.Outcome;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.ColumnType;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Rule;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;

/**
 * Maps the rows of a source to its canonical table and judges each by itself: malformed, filtered,
 * quarantined with all its reasons, or (outcome null) good so far. Three selections, no shuffle:
 * typed source columns, mapped values, canonical columns.
 */
final class Mapping {
  private static final String DELIVERED_AT = Transactions.DELIVERED_AT;
  private static final String SOURCE_ROW = Raw.technical("source_row");
  private static final String UNTYPED = Raw.technical("untyped");
  private static final int SHOWN_CHARACTERS = 100;

  /** What decoders put in the place of bytes that are no text. */
  private static final String UNDECODED = "\uFFFD";

  private final Source source;
  private final Study study;
  private final Table table;
  private final Parsing parsing;
  private final List<String> problems = new ArrayList<>();

  private Mapping(Source source, Study study) {
    this.source = source;
    this.study = study;
    this.table = Catalogue.find(source.table()).orElseThrow();
    this.parsing = new Parsing(source.options());
  }

  /**
   * Plans the mapping of {@code raw}; to be called in the source's zone. Out: the canonical columns
   * and those of {@link Judged}.
   *
   * @throws UserFault naming every expression that cannot be computed row by row, with what Spark
   *     says and the columns there are
   */
  static Dataset<Row> judge(Raw raw, Study study) {
    return new Mapping(raw.source(), study).judge(raw.rows());
  }

  private Dataset<Row> judge(Dataset<Row> raw) {
    Dataset<Row> typed = typed(raw);
    Dataset<Row> mapped = mapped(typed);
    Dataset<Row> canonical = canonical(mapped);
    if (!problems.isEmpty()) {
      throw new UserFault(
          "Source "
              + source.table()
              + " cannot be mapped:\n  - "
              + String.join("\n  - ", problems)
              + "\nThe source has the columns "
              + sourceColumns(raw)
              + ". Correct sources."
              + source.table()
              + " in the study.");
    }
    return canonical;
  }

  // --- typed source columns ---

  private Dataset<Row> typed(Dataset<Row> raw) {
    Map<String, String> types = new LinkedHashMap<>();
    source
        .types()
        .forEach(
            (name, type) -> {
              String known = nameIn(raw, name);
              if (known == null) {
                problems.add("types." + name + ": the source has no such column");
              } else {
                types.put(known, type);
              }
            });
    List<Column> columns = new ArrayList<>();
    List<Column> untyped = new ArrayList<>();
    List<Column> sourceRow = new ArrayList<>();
    List<Column> content = new ArrayList<>();
    for (String name : sourceColumns(raw)) {
      String quoted = Parsing.quoted(name);
      DataType given = raw.schema().apply(name).dataType();
      sourceRow.add(col(quoted));
      // The names keep (null, a) and (a, null) apart, which the hash alone would not. A column that
      // only other files of the run have leaves no trace.
      content.add(when(col(quoted).isNotNull(), lit(name)));
      content.add(isNested(given) ? to_json(col(quoted)) : col(quoted));
      String type = types.get(name);
      if (type == null) {
        columns.add(col(quoted));
      } else {
        Column value =
            expr(isText(given) ? parsing.parse(quoted, type) : Parsing.tryCast(quoted, type));
        columns.add(value.as(name));
        Column text = expr(Parsing.blankAsNull("cast(" + quoted + " as string)"));
        untyped.add(when(text.isNotNull().and(value.isNull()), unparsed(name, text, type)));
      }
    }
    content.add(col(Raw.MALFORMED));
    columns.add(struct(sourceRow.toArray(Column[]::new)).as(SOURCE_ROW));
    columns.add(xxhash64(content.toArray(Column[]::new)).as(Judged.CONTENT));
    columns.add(reasons(untyped).as(UNTYPED));
    Stream.of(Raw.FILE, Raw.MODIFIED_AT, Raw.INCREMENT, Raw.MALFORMED)
        .forEach(name -> columns.add(col(name)));
    return raw.select(columns.toArray(Column[]::new));
  }

  private static List<String> sourceColumns(Dataset<Row> raw) {
    return Stream.of(raw.columns()).filter(Raw::isSourceColumn).toList();
  }

  /** So that nothing technical can be named, or suggested. */
  private static Dataset<Row> onlySource(Dataset<Row> rows) {
    return rows.select(
        sourceColumns(rows).stream().map(name -> col(Parsing.quoted(name))).toArray(Column[]::new));
  }

  private static String nameIn(Dataset<Row> raw, String name) {
    return sourceColumns(raw).stream().filter(name::equalsIgnoreCase).findFirst().orElse(null);
  }

  private static boolean isNested(DataType type) {
    return type instanceof StructType || type instanceof ArrayType || type instanceof MapType;
  }

  private static boolean isText(DataType type) {
    return type.sameType(DataTypes.StringType);
  }

  private static Column unparsed(String name, Column text, String type) {
    return concat(lit(name + ": '"), left(text, lit(SHOWN_CHARACTERS)), lit("' is not " + type));
  }

  /** Two ids that differ in such bytes alone would become one. */
  private static Column undecoded(String name, Column id) {
    return concat(
        lit(name + ": '"),
        left(id, lit(SHOWN_CHARACTERS)),
        lit("' holds bytes that are no text; set options.encoding"));
  }

  private static Column reasons(List<Column> each) {
    Column joined = concat_ws("; ", each.toArray(Column[]::new));
    return when(joined.notEqual(""), joined);
  }

  // --- mapped values ---

  private static String value(String column) {
    return Raw.technical("value_" + column);
  }

  private static String attribute(String name) {
    return Raw.technical("attribute_" + name);
  }

  private Dataset<Row> mapped(Dataset<Row> typed) {
    List<Column> columns = new ArrayList<>();
    source
        .columns()
        .forEach(
            (name, sql) -> columns.add(rowwise(typed, "columns." + name, sql).as(value(name))));
    source
        .attributes()
        .forEach(
            (name, sql) ->
                columns.add(
                    rowwise(typed, "attributes." + name, sql).cast("string").as(attribute(name))));
    columns.add(firstFilter(typed).as(Judged.FILTER));
    Stream.of(
            SOURCE_ROW,
            Judged.CONTENT,
            UNTYPED,
            Raw.FILE,
            Raw.MODIFIED_AT,
            Raw.INCREMENT,
            Raw.MALFORMED)
        .forEach(name -> columns.add(col(name)));
    return typed.select(columns.toArray(Column[]::new));
  }

  /** The name of the first filter that a row meets. */
  private Column firstFilter(Dataset<Row> typed) {
    List<Column> met = new ArrayList<>();
    source
        .filters()
        .forEach(
            (name, sql) -> {
              Column condition = rowwise(typed, "filters." + name, sql);
              DataType type = typed.select(condition).schema().apply(0).dataType();
              if (type.sameType(DataTypes.BooleanType)) {
                met.add(when(condition, lit(name)));
              } else if (!type.sameType(DataTypes.NullType)) {
                problems.add(
                    "filters."
                        + name
                        + " = "
                        + Expressions.quoted(sql)
                        + ": gives "
                        + type.sql()
                        + ", not a condition");
              }
            });
    met.add(lit(null).cast("string"));
    return coalesce(met.toArray(Column[]::new));
  }

  /** {@code sql} over the typed columns, or a noted problem and null. */
  private Column rowwise(Dataset<Row> typed, String key, String sql) {
    Optional<String> problem = Expressions.problem(onlySource(typed), sql);
    problem.ifPresent(
        sentence -> problems.add(key + " = " + Expressions.quoted(sql) + ": " + sentence));
    return problem.isPresent() ? lit(null) : Expressions.of(sql);
  }

  // --- canonical columns ---

  private Dataset<Row> canonical(Dataset<Row> mapped) {
    List<Column> columns = new ArrayList<>();
    List<Column> reasons = new ArrayList<>();
    reasons.add(col(UNTYPED));
    Map<String, Column> values = new HashMap<>();
    for (dev.cohortium.table.Column column : table.columns()) {
      Column canonical = canonical(mapped, column, reasons);
      values.put(column.name(), canonical);
      columns.add(canonical.as(column.name()));
    }
    reasons.addAll(contractReasons(values));
    columns.add(reasons(reasons).as(Judged.REASON));
    Stream.of(
            SOURCE_ROW,
            Judged.CONTENT,
            Judged.FILTER,
            Raw.FILE,
            Raw.MODIFIED_AT,
            Raw.INCREMENT,
            Raw.MALFORMED)
        .forEach(name -> columns.add(col(name)));
    return outcome(mapped.select(columns.toArray(Column[]::new)));
  }

  /** The value of one canonical column; what does not fit it adds a reason. */
  private Column canonical(
      Dataset<Row> mapped, dev.cohortium.table.Column column, List<Column> reasons) {
    String name = column.name();
    String type = column.type().sql();
    if (column.type() == ColumnType.TEXT_MAP && !source.attributes().isEmpty()) {
      return attributes();
    }
    if (!source.columns().containsKey(name)) {
      return unmapped(column);
    }
    String value = Parsing.quoted(value(name));
    DataType given = mapped.schema().apply(value(name)).dataType();
    Optional<String> conversion = new Conversion(parsing).to(column.type(), value, given);
    if (conversion.isEmpty()) {
      problems.add(
          "columns."
              + name
              + " = "
              + Expressions.quoted(source.columns().get(name))
              + ": gives "
              + given.sql()
              + ", not "
              + type
              + Conversion.hint(column.type(), given));
      return lit(null).cast(type);
    }
    Column canonical = inCase(column, expr(conversion.get()));
    if (column.type() != ColumnType.TEXT_MAP) {
      Column text = expr(Parsing.blankAsNull("cast(" + value + " as string)"));
      reasons.add(when(text.isNotNull().and(canonical.isNull()), unparsed(name, text, type)));
      if (column.isRequired() && !name.equals(DELIVERED_AT)) {
        reasons.add(when(text.isNull(), lit(name + ": missing")));
      }
      if (name.endsWith("_id")) {
        reasons.add(when(canonical.contains(UNDECODED), undecoded(name, canonical)));
      }
    }
    return name.equals(DELIVERED_AT) ? coalesce(canonical, col(Raw.MODIFIED_AT)) : canonical;
  }

  /** Enumerated values are kept in the contract's lower case, currencies in upper. */
  private Column inCase(dev.cohortium.table.Column column, Column value) {
    return !column.allowed().isEmpty() ? lower(value) : isCurrency(column) ? upper(value) : value;
  }

  private boolean isCurrency(dev.cohortium.table.Column column) {
    return table.equals(Transactions.TABLE) && column.name().equals(Transactions.CURRENCY);
  }

  private Column unmapped(dev.cohortium.table.Column column) {
    if (column.name().equals(DELIVERED_AT)) {
      return col(Raw.MODIFIED_AT);
    }
    boolean isOnlyProgramme =
        table.equals(Enrolments.TABLE)
            && column.name().equals(Enrolments.PROGRAM_ID)
            && study.programmes().size() == 1;
    return isOnlyProgramme
        ? lit(study.programmes().keySet().iterator().next())
        : lit(null).cast(column.type().sql());
  }

  private Column attributes() {
    List<String> entries = new ArrayList<>();
    for (String name : source.attributes().keySet()) {
      entries.add(Parsing.literal(name) + ", " + Parsing.quoted(attribute(name)));
    }
    return expr("map_filter(map(" + String.join(", ", entries) + "), (k, v) -> v is not null)");
  }

  /**
   * Reasons that the contract and the study give: plausible times, allowed values, the study's
   * currency.
   */
  private List<Column> contractReasons(Map<String, Column> values) {
    List<Column> reasons = new ArrayList<>();
    for (dev.cohortium.table.Column column : table.columns()) {
      if (!source.columns().containsKey(column.name())) {
        continue;
      }
      Column value = values.get(column.name());
      if (column.type() == ColumnType.TIMESTAMP) {
        Column isPlausible =
            value
                .geq(instant(study.plausibleFrom().toString()))
                .and(value.lt(instant(study.plausibleUntil().toString())));
        reasons.add(
            when(
                not(isPlausible),
                concat(
                    lit(column.name() + ": "),
                    value.cast("string"),
                    lit(
                        " lies outside "
                            + study.plausibleFrom()
                            + ".."
                            + study.plausibleUntil()))));
      }
      if (!column.allowed().isEmpty()) {
        reasons.add(
            when(
                not(value.isin(column.allowed().toArray())),
                concat(
                    lit(column.name() + ": '"),
                    left(value, lit(SHOWN_CHARACTERS)),
                    lit("' is none of " + String.join(", ", column.allowed())))));
      }
      if (isCurrency(column)) {
        reasons.add(
            when(
                value.notEqual(study.currency()),
                concat(
                    lit("currency: '"),
                    left(value, lit(SHOWN_CHARACTERS)),
                    lit("' is not the study's " + study.currency()))));
      }
    }
    return reasons;
  }

  private static Column instant(String day) {
    return lit(java.sql.Timestamp.from(java.time.Instant.parse(day + "T00:00:00Z")));
  }

  private Dataset<Row> outcome(Dataset<Row> canonical) {
    List<Column> reasons = new ArrayList<>();
    reasons.add(col(Judged.REASON));
    for (Rule rule : table.rules()) {
      reasons.add(when(not(expr(rule.sql())), lit(rule.sentence())));
    }
    Column isMalformed = col(Raw.MALFORMED).isNotNull();
    Column reason = when(isMalformed, lit("malformed line")).otherwise(reasons(reasons));
    Column outcome =
        when(isMalformed, lit(Outcome.QUARANTINED.measure()))
            .when(col(Judged.FILTER).isNotNull(), lit(Outcome.FILTERED.measure()))
            .when(reason.isNotNull(), lit(Outcome.QUARANTINED.measure()));
    List<Column> columns = new ArrayList<>();
    table.columnNames().forEach(name -> columns.add(col(name)));
    columns.add(outcome.as(Judged.OUTCOME));
    columns.add(when(not(isMalformed), col(Judged.FILTER)).as(Judged.FILTER));
    columns.add(reason.as(Judged.REASON));
    columns.add(when(outcome.equalTo(Outcome.QUARANTINED.measure()), asItCame()).as(Judged.ROW));
    columns.add(col(Judged.CONTENT));
    columns.add(col(Raw.FILE));
    columns.add(col(Raw.MODIFIED_AT));
    columns.add(col(Raw.INCREMENT));
    return canonical.select(columns.toArray(Column[]::new));
  }

  private Column asItCame() {
    Column row =
        source.format() == Source.Format.CSV
            ? to_csv(col(SOURCE_ROW), csvOptions())
            : to_json(col(SOURCE_ROW));
    return coalesce(col(Raw.MALFORMED), row);
  }

  private Map<String, String> csvOptions() {
    Map<String, String> options =
        new HashMap<>(
            Map.of(
                "escape",
                "\"",
                "ignoreLeadingWhiteSpace",
                "false",
                "ignoreTrailingWhiteSpace",
                "false"));
    for (String name : List.of("sep", "delimiter", "quote", "escape")) {
      source.options().entrySet().stream()
          .filter(option -> option.getKey().equalsIgnoreCase(name))
          .forEach(option -> options.put(name, option.getValue()));
    }
    return options;
  }
}
