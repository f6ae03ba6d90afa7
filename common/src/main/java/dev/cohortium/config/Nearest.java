package dev.cohortium.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that a mistyped one was probably meant to be. */
public final class Nearest {
  private static final int LONGEST_NAME = 100;

  private Nearest() {}

  /**
   * The known name with the fewest edits to {@code name}, case and the choice of - or _ left aside;
   * of equals the first in alphabetical order; empty where more than a third of the letters differ.
   */
  public static Optional<String> to(String name, Collection<String> known) {
    // Nobody slips that far, and the comparison takes time and room for each pair of letters.
    if (name.length() > LONGEST_NAME) {
      return Optional.empty();
    }
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

  /** Letters to insert, delete, replace or swap with the next until {@code a} is {@code b}. */
  private static int edits(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        edits[i][j] = Math.min(replaced, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
        boolean isSwap =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (isSwap) {
          edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
        }
      }
    }
    return edits[a.length()][b.length()];
  }
}
