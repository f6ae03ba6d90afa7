package dev.cohortium.config;

import static dev.cohortium.config.Kind.oneOf;
import static dev.cohortium.config.Kind.wordOf;

import dev.cohortium.config.Source.Delivery;
import dev.cohortium.config.Source.Duplicates;
import dev.cohortium.config.Source.Format;
import dev.cohortium.config.Source.Increment;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Column;
import dev.cohortium.table.ColumnType;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Deliveries;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Layer;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The section {@code sources} of a study. */
final class SourcesSection {
  private static final Set<String> FILLED_BY_INGEST =
      Set.of(
          Transactions.MONTH, Transactions.LINE_NO, Transactions.DELIVERED_AT, Deliveries.DELIVERY);

  private SourcesSection() {}

  /** Every source, by the name of the canonical table that it fills, in the catalogue's order. */
  static Map<String, Source> read(Section section, ZoneId timeZone, Set<String> programmes) {
    List<Table> tables =
        Catalogue.in(Layer.CLEAN).stream().filter(t -> !t.equals(Quarantine.TABLE)).toList();
    Map<String, Section> given = section.sections(oneOf(tables.stream().map(Table::name).toList()));
    if (!section.has(Transactions.TABLE.name())) {
      section.refuse(
          Transactions.TABLE.name(),
          "is missing; a study measures receipts and needs their source");
    }
    Map<String, Source> sources = new LinkedHashMap<>();
    for (Table table : tables) {
      if (given.containsKey(table.name())) {
        source(table, given.get(table.name()), timeZone, programmes)
            .ifPresent(source -> sources.put(table.name(), source));
      }
    }
    return Collections.unmodifiableMap(sources);
  }

  private static Optional<Source> source(
      Table table, Section section, ZoneId timeZone, Set<String> programmes) {
    Optional<Format> format = section.required("format", wordOf(Format.class));
    List<String> path = section.list("path", Kind.TEXT);
    Map<String, String> options = section.section("options").texts();
    format.ifPresent(f -> checkPlace(f, section, path, options));
    Map<String, String> types = section.section("types").values(Kind.TEXT, Kind.SQL_TYPE);
    Map<String, String> attributes =
        table.equals(Customers.TABLE)
            ? section.section("attributes").values(Kind.IDENTIFIER, Kind.SQL)
            : Map.of();
    Map<String, String> columns = columns(table, section.section("columns"), programmes);
    Map<String, String> filters = section.section("filters").values(Kind.IDENTIFIER, Kind.SQL);
    Duplicates duplicates =
        section.value("duplicates", wordOf(Duplicates.class)).orElse(Duplicates.DROP);
    Delivery delivery = section.value("delivery", wordOf(Delivery.class)).orElse(Delivery.RUN);
    Optional<Increment> increment = increment(section, format);
    ZoneId sourceZone = section.value("time-zone", Kind.ZONE).orElse(timeZone);
    return format.map(
        f ->
            new Source(
                table.name(),
                f,
                path,
                options,
                types,
                columns,
                attributes,
                filters,
                duplicates,
                delivery,
                increment,
                sourceZone));
  }

  private static Optional<Increment> increment(Section section, Optional<Format> format) {
    Optional<String> column = section.value("increment", Kind.TEXT);
    Optional<String> overlap = section.value("overlap", Kind.OVERLAP);
    boolean isOfFiles = format.filter(f -> f != Format.JDBC && f != Format.DELTA).isPresent();
    if (column.isPresent() && isOfFiles) {
      section.refuse(
          "increment",
          "goes with format jdbc or delta; of files only the new ones are read anyway");
    }
    if (overlap.isPresent() && column.isEmpty()) {
      section.refuse("overlap", "goes with increment, which the source does not have");
    }
    return column.map(name -> new Increment(name, overlap.orElse("0")));
  }

  /** Files have a path; a database has a URL with either a query or a table. */
  private static void checkPlace(
      Format format, Section section, List<String> path, Map<String, String> options) {
    if (format != Format.JDBC) {
      if (!section.has("path")) {
        section.refuse("path", "is missing; it names files, folders or globs");
      } else if (path.isEmpty()) {
        section.refuse("path", "is empty; name files, folders or globs");
      }
      return;
    }
    if (section.has("path")) {
      section.refuse("path", "does not go with format jdbc; a database is named by options.url");
    }
    Section given = section.section("options");
    if (!options.containsKey("url")) {
      given.refuse("url", "is missing; format jdbc needs it, such as jdbc:postgresql://HOST/BASE");
    }
    if (options.containsKey("query") == options.containsKey("dbtable")) {
      given.refuse("query", "give either options.query or options.dbtable with format jdbc");
    }
  }

  private static Map<String, String> columns(Table table, Section section, Set<String> programmes) {
    List<String> mappable =
        table.columns().stream()
            .filter(c -> c.type() != ColumnType.TEXT_MAP)
            .map(Column::name)
            .filter(c -> !c.equals(Transactions.MONTH) && !c.equals(Deliveries.DELIVERY))
            .toList();
    Map<String, String> columns = section.values(oneOf(mappable), Kind.SQL);
    for (Column column : table.columns()) {
      boolean isNeeded =
          column.isRequired()
              && !FILLED_BY_INGEST.contains(column.name())
              && !section.has(column.name());
      boolean isProgramme =
          table.equals(Enrolments.TABLE) && column.name().equals(Enrolments.PROGRAM_ID);
      if (isNeeded && !isProgramme) {
        section.refuse(
            column.name(), "is missing; map it to an SQL expression over the source's columns");
      } else if (isNeeded && programmes.size() != 1) {
        section.refuse(
            column.name(),
            "is missing; map it, or declare exactly one programme under programmes (there are "
                + programmes.size()
                + ")");
      }
    }
    return columns;
  }
}
