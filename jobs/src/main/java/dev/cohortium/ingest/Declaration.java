package dev.cohortium.ingest;

import dev.cohortium.config.Secrets;
import dev.cohortium.config.Source;
import dev.cohortium.config.Study;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Digest;
import dev.cohortium.table.Table;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that the study says of a source and that decides what becomes of its rows, in one hash. Where
 * the source lies, and how a database is entered, is no part of it.
 */
final class Declaration {
  private Declaration() {}

  /** Equal hashes, equal rows of equal files. */
  static String of(Source source, Study study, Table table) {
    return Digest.of(
        String.join(
            "\n",
            List.of(
                source.format().name(),
                options(source).toString(),
                new TreeMap<>(source.types()).toString(),
                new TreeMap<>(source.columns()).toString(),
                new TreeMap<>(source.attributes()).toString(),
                new TreeMap<>(source.filters()).toString(),
                source.duplicates().name(),
                source.delivery().name(),
                source.increment().map(Source.Increment::column).toString(),
                source.timeZone().getId(),
                study.timeZone().getId(),
                study.currency(),
                study.plausibleFrom() + ".." + study.plausibleUntil(),
                study.programmes().size() == 1 ? study.programmes().keySet().toString() : "",
                Contracts.schema(table).sql(),
                table.rules().toString())));
  }

  private static Map<String, String> options(Source source) {
    Map<String, String> options = new TreeMap<>(source.options());
    if (source.format() == Source.Format.JDBC) {
      options.keySet().retainAll(List.of("query", "dbtable"));
    }
    options.keySet().removeIf(Secrets::speaksOf);
    return options;
  }
}
