package dev.cohortium.runtime;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Delta versions by the name of a table, as the ledger writes them down: {@code table=version},
 * separated by blanks. -1: there is no such table yet.
 */
record Versions(Map<String, Long> byTable) {
  Versions {
    byTable = new TreeMap<>(byTable);
  }

  static Versions parse(String text) {
    return new Versions(
        Stream.of((text == null ? "" : text).split(" "))
            .filter(entry -> !entry.isEmpty())
            .map(entry -> entry.split("=", 2))
            .collect(Collectors.toMap(entry -> entry[0], entry -> Long.parseLong(entry[1]))));
  }

  @Override
  public String toString() {
    return byTable.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(" "));
  }
}
