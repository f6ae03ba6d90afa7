package dev.cohortium;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads a delivered row column by column: what is wrong with it, and what it is if clean. */
final class Reading {
  /** Texts that nobody could take for anything else. */
  private static final Pattern PLAIN =
      Pattern.compile(
          "-?\\d{1,8}(\\.\\d{1,4})?|\\d{4}-\\d\\d-\\d\\d( \\d\\d:\\d\\d:\\d\\d)?|[A-Za-z0-9 ]{1,99}");

  private final Map<String, String> cells;
  private final List<List<String>> wrong = new ArrayList<>();
  private final Map<String, Object> values = new LinkedHashMap<>();
  private boolean isPlain = true;

  Reading(Map<String, String> cells) {
    this.cells = cells;
  }

  /** What the text of {@code source} means; that of a blank is nothing. */
  <T> Optional<T> optional(String source, String column, Function<String, Optional<T>> meaning) {
    String text = cells.get(source);
    if (PlainReading.isBlank(text)) {
      values.put(column, null);
      return Optional.empty();
    }
    Optional<T> value = meaning.apply(text);
    value.ifPresentOrElse(v -> values.put(column, v), () -> wrong.add(List.of(source, column)));
    isPlain &= PLAIN.matcher(text).matches();
    return value;
  }

  /** As {@link #optional}, but a blank is wrong. */
  <T> Optional<T> required(String source, String column, Function<String, Optional<T>> meaning) {
    if (PlainReading.isBlank(cells.get(source))) {
      wrong.add(List.of(column));
    }
    return optional(source, column, meaning);
  }

  /** What comes of several columns; nothing is wrong. */
  <T> void result(String column, Optional<T> value) {
    value.ifPresentOrElse(v -> values.put(column, v), () -> wrong.add(List.of(column)));
  }

  /** The row with all that was read of it. */
  Delivered delivered(boolean isFiltered) {
    return new Delivered(cells.get("key"), wrong, values, isPlain && wrong.isEmpty(), isFiltered);
  }
}
