package dev.cohortium.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that a mistyped one was probably meant to be. */
public final class Nearest {
  private Nearest() {}

  /**
   * The known name with the fewest edits to {@code name}, case and the choice of - or _ left aside;
   * of equals the first in alphabetical order; empty where more than a third of the letters differ.
   */
  public static Optional<String> to(String name, Collection<String> known) {
    String plain = plain(name);
    return known.stream()
        .filter(candidate -> edits(plain, plain(candidate)) <= Math.max(1, plain.length() / 3))
        .min(
            Comparator.comparingInt((String candidate) -> edits(plain, plain(candidate)))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Letters to insert, delete or replace until {@code a} is {@code b} (Levenshtein 1966). */
  private static int edits(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
